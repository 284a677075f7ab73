import assert from "node:assert/strict";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { driveToTheEnd } from "./film_players.ts";
import { type Given, onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { brokenInvariants } from "./look.ts";
import { callback, claim, complete, submit } from "./verbs.ts";

const KEYFRAME = "https://images.test/key.png";

Deno.test(
  "a shared keyframe ends the last clip before it and begins its own scene, which waits for nobody",
  onDatabase(async (given) => {
    await aJob(given, { clips: 2 });

    const [first, second] = await claim(given.db);
    assert.deepEqual(
      [first, second].map((work) => [
        work?.attempt.input.image_url,
        work?.attempt.input.end_image_url,
      ]),
      [["https://images.test/start.png", undefined], [KEYFRAME, undefined]],
    );
    assert(first);
    await submit(given.db, first);
    await callback(given.db, first);
    const [frame] = await claim(given.db);
    assert.equal(frame?.step, "extract_last_frame");
    await submit(given.db, frame);
    await callback(given.db, frame);

    const [last, ...others] = await claim(given.db);
    assert.equal(last?.attempt.input.end_image_url, KEYFRAME);
    assert.deepEqual(others, []);
    // Nobody needs the last frame of a clip whose end is known.
    await submit(given.db, last);
    await callback(given.db, last);
    assert.deepEqual(await claim(given.db), []);
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "another shared keyframe makes the scene before it anew, too",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const id = await aJob(given);
    for (const work of await claim(db)) {
      await submit(db, work);
      await callback(db, work);
    }
    const [scene] = await sql`
      select scene_id from public.scenes where project_id = ${id} and position = 2`;

    await sql`select public.regenerate_scene(
      ${scene?.scene_id}, ${sql.json({ image_url: "https://images.test/new.png" })})`;

    const inputs = (await claim(db)).filter(({ step }) => step === "generate_clip")
      .map(({ attempt }) => [attempt.input.image_url, attempt.input.end_image_url]);
    assert.deepEqual(inputs, [
      ["https://images.test/start.png", "https://images.test/new.png"],
      ["https://images.test/new.png", undefined],
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a later version with another shared keyframe keeps neither of the two scenes",
  onDatabase(async (given) => {
    const { db } = given;
    await aJob(given);
    for (const work of await claim(db)) {
      await submit(db, work);
      await callback(db, work);
    }

    const id = await aJob(given, { keyframe: "https://images.test/new.png", is_revision: true });

    const clips = (await claim(db)).filter(({ project_id, step }) =>
      project_id === id && step === "generate_clip"
    );
    assert.equal(clips.length, 2);
  }),
);

Deno.test(
  "a clip ends with the keyframe in the film's shape: it is not asked for before that is there",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await aJob(given, { reframe_to: "16:9" });

    const stills = await claim(db);
    assert.deepEqual(stills.map(({ step }) => step), ["reframe_image", "reframe_image"]);
    const [begin, end] = stills;
    assert(begin && end);
    await complete(db, begin);
    assert.deepEqual(
      await claim(db),
      [],
      "its own image is there, the one that it ends with is not",
    );
    await complete(db, end);

    const shaped = await sql`
      select reframed_image_url as url from public.scenes order by position`;
    const [start, key] = shaped.map(({ url }) => url);
    assert.notEqual(key, KEYFRAME);
    const images = (await claim(db)).map(({ attempt: { input } }) => [
      input.image_url,
      input.end_image_url,
    ]);
    assert.deepEqual(images, [[start, key], [key, undefined]]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a later version of the same words keeps the clip before a keyframe that was reframed",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const reframe_to = "16:9";
    await aJob(given, { reframe_to });
    await driveToTheEnd(db, sql);

    const id = await aJob(given, { reframe_to, is_revision: true });

    await driveToTheEnd(db, sql);
    const steps = await sql`select kind from private.steps where project_id = ${id}`;
    assert.deepEqual(steps.map(({ kind }) => kind), []);
  }),
);

async function aJob(
  { db }: Given,
  { keyframe = KEYFRAME, ...options }: {
    keyframe?: string;
    clips?: number;
    reframe_to?: string;
    is_revision?: boolean;
  } = {},
): Promise<string> {
  const job = jobOf({ scenes: ["last_frame", "shared_keyframe"], ...options });
  for (const scene of job.scenes) {
    if (scene.continuity !== "shared_keyframe") continue;
    scene.image_url = keyframe;
    scene.chunks = scene.chunks.slice(0, 1);
  }
  return (await createProject(db, job)).project_id;
}
