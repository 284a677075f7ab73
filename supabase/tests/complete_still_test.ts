import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { regenerateScene } from "../functions/_shared/management/films.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { sceneIdsOf } from "./drive.ts";
import { driveToTheEnd, makeAll } from "./film_players.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { brokenInvariants, eventsOf, projectOf } from "./look.ts";
import { priceClips } from "./prices.ts";
import { callback, claim, complete, fail, submit } from "./verbs.ts";

const TWO_CUTS = { scenes: ["last_frame", "cut"], reframe_to: "16:9" } as const;

Deno.test(
  "an image that two scenes start from is reframed once, and both start from the new one",
  onDatabase(async ({ sql, db }) => {
    await createProject(db, jobOf({ ...TWO_CUTS, scenes: [...TWO_CUTS.scenes] }));
    const [still, ...others] = await claim(db);

    assert.equal(still?.step, "reframe_image");
    assert.deepEqual(others, [], "no clip begins before");
    assert.equal(still.attempt.input.image_url, "https://images.test/start.png");
    assert.equal(still.attempt.input.aspect_ratio, "16:9");
    await complete(db, still);
    const clips = await claim(db);
    const [one, two] = clips.map(({ attempt }) => attempt.input.image_url);
    assert.match(`${one}`, /made\.test/);
    assert.equal(two, one);
    const media = await sql`select url from public.media where type = 'generated-image'`;
    assert.deepEqual(media.map(({ url }) => url), [one]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "an image that has its shape already is passed on with no call announced, and all is well",
  onDatabase(async ({ sql, db }) => {
    const { project_id } = await createProject(db, jobOf({ reframe_to: "16:9" }));
    const [still] = await claim(db, { announced: ["fal"] });
    assert(still?.attempt.announce);
    const image_url = `${still.attempt.input.image_url}`;
    await recordAnswer(db, still, { state: "completed", output: { image_url, cost_usd: 0 } });

    assert.deepEqual(await brokenInvariants(sql), []);
    await driveToTheEnd(db, sql);
    assert.equal((await projectOf(sql, project_id)).status, "completed");
  }),
);

Deno.test(
  "an image that a take of a scene of words begins from has its shape first",
  onDatabase(async ({ sql, db }) => {
    const { project_id } = await createProject(db, jobOf({ image_url: null }));
    await driveToTheEnd(db, sql);
    const image_url = "https://images.test/wide.png";

    const [scene = ""] = await sceneIdsOf(sql, project_id);
    await regenerateScene(db, scene, { image_url, reframe_to: "9:16" });
    const [still] = await claim(db);

    assert.equal(still?.step, "reframe_image");
    assert.deepEqual(
      [still.attempt.input.image_url, still.attempt.input.aspect_ratio],
      [image_url, "9:16"],
    );
    await complete(db, still);
    await driveToTheEnd(db, sql);
    assert.equal((await projectOf(sql, project_id)).status, "completed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a scene that continues another starts from its frame, whatever the film's shape is",
  onDatabase(async ({ sql, db }) => {
    const job = jobOf({ scenes: ["last_frame", "last_frame"], reframe_to: "16:9" });
    const { project_id } = await createProject(db, job);
    await driveToTheEnd(db, sql);

    assert.equal((await projectOf(sql, project_id)).status, "completed");
    const stills = await sql`select from private.steps where kind = 'reframe_image'`;
    assert.equal(stills.length, 1);
  }),
);

Deno.test(
  "an image that cannot be reframed fails the film in fal's words, and a retry asks again",
  onDatabase(async ({ sql, db }) => {
    const { project_id } = await createProject(db, jobOf({ reframe_to: "16:9" }));
    const [still] = await claim(db);
    assert(still);
    await fail(db, still, { message: "Not an image" });

    assert.equal((await projectOf(sql, project_id)).error_message, "Scene 1: Not an image");
    await sql`select public.retry_project(${project_id})`;
    assert.equal((await claim(db))[0]?.step, "reframe_image");
    assert((await eventsOf(sql, project_id)).includes("step.failed"));
  }),
);

Deno.test(
  "a revision keeps the image that was reframed, and a scene with another image has that one reframed",
  onDatabase(async ({ sql, db }) => {
    const first = jobOf({ reframe_to: "16:9" });
    await createProject(db, first);
    await driveToTheEnd(db, sql);
    const second = jobOf({ reframe_to: "16:9", is_revision: true });
    for (const chunk of second.scenes[0]?.chunks ?? []) chunk.prompt = "Other words";
    const { project_id } = await createProject(db, second);

    const [clip] = await claim(db);
    assert.equal(clip?.step, "generate_clip");
    assert.match(`${clip.attempt.input.image_url}`, /made\.test/);
    await complete(db, clip);
    await driveToTheEnd(db, sql);
    const [scene] = await sql`select scene_id from public.scenes where project_id = ${project_id}`;
    await regenerateScene(db, scene?.scene_id, { image_url: "https://images.test/new.png" });
    const [still] = await claim(db);
    assert.equal(still?.attempt.input.image_url, "https://images.test/new.png");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "an image that is being reframed is not paid for again by a new take, which starts from it",
  onDatabase(async ({ sql, db }) => {
    await priceClips(sql, 0.1);
    const { project_id } = await createProject(db, jobOf({ ...TWO_CUTS, scenes: ["cut", "cut"] }));
    const [still] = await claim(db);
    assert(still);
    await submit(db, still);
    const [scene] = await sql`select scene_id from public.scenes order by position`;
    const before = await estimateOf(sql, project_id);
    assert(before !== null);

    const answer = await regenerateScene(db, scene?.scene_id, { prompt: "Other words" });

    assert.equal(answer.requests_given_up, 0);
    assert.deepEqual(await claim(db), [], "nobody is asked for it again");
    assert.equal(await estimateOf(sql, project_id), before);
    assert.equal((await callback(db, still)).outcome, "applied");
    const clips = await claim(db);
    assert.deepEqual(clips.map(({ step }) => step), ["generate_clip", "generate_clip"]);
    const [one, two] = clips.map(({ attempt }) => attempt.input.image_url);
    assert.match(`${one}`, /made\.test/);
    assert.equal(two, one);
    assert.deepEqual(await brokenInvariants(sql), []);
    await makeAll(db, clips);
    await driveToTheEnd(db, sql);
    assert.equal((await projectOf(sql, project_id)).status, "completed");
  }),
);

Deno.test(
  "an image that no scene starts from any more is given up, and the new one is reframed",
  onDatabase(async ({ sql, db }) => {
    const { project_id } = await createProject(db, jobOf({ reframe_to: "16:9" }));
    const [still] = await claim(db);
    assert(still);
    await submit(db, still);
    const [scene] = await sql`select scene_id from public.scenes`;
    const image_url = "https://images.test/new.png";

    const answer = await regenerateScene(db, scene?.scene_id, { image_url });

    assert.equal(answer.requests_given_up, 1);
    assert.equal((await callback(db, still)).outcome, "stale");
    const works = await claim(db);
    assert.deepEqual(works.map(({ step }) => step).toSorted(), ["cancel_request", "reframe_image"]);
    await makeAll(db, works);
    await driveToTheEnd(db, sql);
    assert.equal((await projectOf(sql, project_id)).status, "completed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

async function estimateOf(sql: Sql, id: string): Promise<number | null> {
  const [project] = await sql`
    select estimated_cost_usd::float8 as usd from public.projects where project_id = ${id}`;
  return project?.usd ?? null;
}
