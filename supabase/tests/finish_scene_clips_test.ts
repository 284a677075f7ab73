import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { only, scenesOf, stepsOf } from "./look.ts";
import { callback, claim, submit } from "./verbs.ts";

Deno.test(
  "finish_scene_clips asks for the last frame only where the next scene continues from it",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["last_frame", "last_frame", "cut"] });
    for (const work of await claim(db)) {
      await submit(db, work);
      await callback(db, work);
    }

    assert.deepEqual(await scenesOf(sql, projectId), ["extracting_frame", "pending", "completed"]);
    assert.deepEqual(await stepsOf(sql, projectId), [
      "generate_clip completed",
      "generate_clip completed",
      "extract_last_frame queued",
    ]);
  }),
);

Deno.test(
  "finish_scene_clips completes a scene without a frame before a cut and at the end",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["last_frame", "cut"] });
    for (const work of await claim(db)) {
      await submit(db, work);
      await callback(db, work);
    }

    const scenes = await sql`select status, last_frame_url from public.scenes order by position`;
    assert.deepEqual([...scenes], [
      { status: "completed", last_frame_url: null },
      { status: "completed", last_frame_url: null },
    ]);
    assert(!(await stepsOf(sql, projectId)).some((step) => step.startsWith("extract_last_frame")));
  }),
);

Deno.test(
  "finish_scene_clips takes the clip's figures over",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const output = {
      video_url: "https://x.test/c.mp4",
      thumbnail_url: "https://x.test/c.jpg",
      duration: 4.8,
      fps: 24,
      width: 1280,
      height: 720,
      quality_score: 0.9,
    };
    await callback(db, await aSubmittedClip(), { result: { output } });

    const scene = only(
      await sql`
      select video_url, thumbnail_url, duration::float8, fps::float8, width, height,
        quality_score::float8
      from public.scenes`,
    );
    assert.deepEqual(scene, output);
  }),
);

Deno.test(
  "finish_scene_clips gives a scene of several clips the sum of what was ordered",
  onDatabase(async ({ sql, aFilmInStitching }) => {
    await aFilmInStitching({ clips: 2 });

    assert.equal(only(await sql`select duration::float8 from public.scenes`).duration, 10);
  }),
);
