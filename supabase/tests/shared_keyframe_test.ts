import assert from "node:assert/strict";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { type Given, onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { brokenInvariants } from "./look.ts";
import { callback, claim, submit } from "./verbs.ts";

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

async function aJob(
  { db }: Given,
  { keyframe = KEYFRAME, ...options }: {
    keyframe?: string;
    clips?: number;
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
