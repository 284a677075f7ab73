import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { claimOf, drive, triesOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import type { JobOptions } from "./job_of.ts";
import { aFailedFilm, loseForGood } from "./late_films.ts";
import { brokenInvariants, chunksOf, only } from "./look.ts";
import { priceClips } from "./prices.ts";
import { callback, claim, complete, outputOf } from "./verbs.ts";

Deno.test(
  "a revision of a film that failed uses the clip that came too late for it; another user's film never does",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const work = await aFailedFilm(given, loseForGood, { scenes: ["cut"] });
    await callback(db, work);

    const others = await aProject({ scenes: ["cut"], user_id: "user-2", is_revision: true });
    assert.equal((await chunksOf(sql, others))[0]?.status, "PENDING");
    const revision = await aProject({ scenes: ["cut"], is_revision: true });
    assert.equal((await chunksOf(sql, revision))[0]?.kling_video_url, outputOf(work).video_url);
    await changeProject(db, "retry", { projectId: work.project_id, reason: null });
    assert.equal((await chunksOf(sql, work.project_id))[0]?.status, "PENDING", "it is used once");
    for (const projectId of [others, revision, work.project_id]) await drive(given, projectId);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a revision in test mode uses up no clip that was paid for",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const work = await aFailedFilm(given, loseForGood, { scenes: ["cut"] });
    await callback(db, work);

    await aProject({ scenes: ["cut"], is_revision: true, execution_mode: "test" });

    await changeProject(db, "retry", { projectId: work.project_id, reason: null });
    assert.equal(only(await chunksOf(sql, work.project_id)).status, "COMPLETED");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a revision is neither refused nor held for a clip that came too late: it costs what is left to do",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    await priceClips(sql, 0.1);
    const scenes = ["cut", "last_frame"] as const;
    const work = await aFailedFilm(given, loseForGood, { scenes: [...scenes] });
    await callback(db, work);

    // One clip, two frames, and what joins them.
    const projectId = await aProject({ scenes: [...scenes], is_revision: true, max_cost_usd: 0.6 });

    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "generate_clip"), 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a revision whose scenes a model wrote is not held for a clip that came too late either",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    await priceClips(sql, 0.1);
    const options: JobOptions = { storyboard: "model", scenes: ["cut"] };
    const filmId = await aProject(options);
    await complete(db, await claimOf(given, filmId, "storyboard"));
    const work = await claimOf(given, filmId, "generate_clip");
    await loseForGood(given, work);
    await callback(db, work);

    // One clip, two frames, and what joins them.
    const projectId = await aProject({ ...options, is_revision: true, max_cost_usd: 0.6 });

    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "generate_clip"), 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a revision that awaits an approval begins nothing by a clip that came too late",
  onDatabase(async (given) => {
    const { db, aProject } = given;
    const scenes = ["cut", "last_frame"] as const;
    const work = await aFailedFilm(given, loseForGood, { scenes: [...scenes] });
    await callback(db, work);

    for (const stop_at of ["storyboard", "stills"] as const) {
      await aProject({ scenes: [...scenes], is_revision: true, stop_at });
      assert.deepEqual(await claim(db), []);
    }
  }),
);

Deno.test(
  "a revision whose image has to be reframed first knows no clip of it, and counts the still",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    await priceClips(sql, 0.1);
    await callback(db, await aFailedFilm(given, loseForGood, {}));

    const options = { scenes: ["cut", "cut"], is_revision: true, reframe_to: "9:16" } as const;
    const projectId = await aProject({ ...options, scenes: [...options.scenes] });

    assert.deepEqual((await chunksOf(sql, projectId)).map(({ image_url }) => image_url), [
      null,
      null,
    ]);
    const stills = await sql`select from private.missing_stills(${projectId})`;
    assert.equal(stills.length, 1);
  }),
);
