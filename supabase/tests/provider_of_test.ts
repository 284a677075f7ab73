import assert from "node:assert/strict";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { brokenInvariants } from "./look.ts";
import { ledgerOf, priceClips } from "./prices.ts";
import { claim, complete, PROVIDERS } from "./verbs.ts";

const TEST = { execution_mode: "test" };

Deno.test(
  "a film in test mode is given to the provider test, whoever else is configured, and costs nothing",
  onDatabase(async ({ sql, db }) => {
    await priceClips(sql, 0.1);
    const { project_id, estimated_cost_usd } = await createProject(db, jobOf(TEST));
    assert.equal(estimated_cost_usd, 0);

    const [clip] = await claim(db);
    assert.deepEqual([clip?.step, clip?.attempt.provider], ["generate_clip", "test"]);
    assert(clip);
    await complete(db, clip);
    const [thumbnail] = await claim(db);
    assert.equal(thumbnail?.attempt.provider, "test");
    assert(thumbnail);
    await complete(db, thumbnail);
    const [store] = await claim(db);
    assert.deepEqual([store?.step, store?.attempt.provider], ["store_film", "storage"]);
    assert.deepEqual(await ledgerOf(sql, project_id), { reserved: 0, spent: 0 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "where nobody makes clips, those of films in test mode are made all the same, and no others",
  onDatabase(async ({ db }) => {
    await createProject(db, jobOf({ video_id: "meant" }));
    const { project_id } = await createProject(db, jobOf({ ...TEST, video_id: "tried" }));
    const works = await claim(db, { providers: { ...PROVIDERS, generate_clip: "test" } });

    assert.deepEqual(works.map((work) => work.project_id), [project_id]);
  }),
);

Deno.test(
  "a film in test mode is not held back by the day's spending cap",
  onDatabase(async ({ sql, db }) => {
    await priceClips(sql, 0.1);
    await sql`update private.settings set value = '0.5' where name = 'max_usd_per_day'`;
    await createProject(db, jobOf({ video_id: "meant", scenes: ["cut", "cut"] }));
    await createProject(db, jobOf({ ...TEST, video_id: "tried", user_id: "user-2" }));

    const works = await claim(db);
    assert.deepEqual(works.map(({ attempt }) => attempt.provider).toSorted(), ["fal", "test"]);
  }),
);

Deno.test(
  "the same body in test mode and in earnest are two jobs",
  onDatabase(async ({ db }) => {
    const request = { prompt: "A lighthouse" };
    const tried = await createProject(db, jobOf({ ...TEST, request }));
    const meant = await createProject(db, jobOf({ request }));
    const again = await createProject(db, jobOf({ ...TEST, request }));

    assert.deepEqual([tried, meant, again].map(({ outcome }) => outcome), [
      "created",
      "created",
      "duplicate",
    ]);
    assert.equal(again.project_id, tried.project_id);
  }),
);
