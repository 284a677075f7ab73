import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { brokenInvariants, chunksOf, only, projectOf, scenesOf, stepsOf } from "./look.ts";
import { callback, claim, complete, submit } from "./verbs.ts";

Deno.test(
  "complete_chunks chains the clips of one scene: each starts from the last frame of the one before",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ clips: 3 });
    const road: string[] = [];
    for (let round = 0; round < 5; round++) {
      const [work, ...others] = await claim(db);
      assert(work);
      assert.deepEqual(others, []);
      road.push(work.step);
      await submit(db, work);
      await callback(db, work);
    }

    assert.deepEqual(road, [
      "generate_clip",
      "extract_last_frame",
      "generate_clip",
      "extract_last_frame",
      "generate_clip",
    ]);
    const frames =
      await sql`select url from public.media where type = 'frame' order by generated_at`;
    assert.deepEqual((await chunksOf(sql, projectId)).map(({ image_url }) => image_url), [
      "https://images.test/start.png",
      frames[0]?.url,
      frames[1]?.url,
    ]);
    assert.deepEqual(await scenesOf(sql, projectId), ["completed"]);
    assert.equal((await projectOf(sql, projectId)).status, "stitching");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "complete_chunks writes the clip down as media and counts the film's progress",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip({ scenes: ["cut", "cut"] });

    await callback(db, work, {
      result: {
        output: { video_url: "https://x.test/c.mp4", width: 1280, height: 720, duration: 4.8 },
      },
    });

    const media = await sql`select type, url, width, height, duration::float8 from public.media`;
    assert.deepEqual([...media], [{
      type: "generated-video",
      url: "https://x.test/c.mp4",
      width: 1280,
      height: 720,
      duration: 4.8,
    }]);
    assert.equal((await projectOf(sql, work.project_id)).progress, 45);
  }),
);

Deno.test(
  "complete_chunks of a callback that overtook its submission says that the film is being generated",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip({ clips: 2 });

    await callback(db, work);

    assert.equal((await projectOf(sql, work.project_id)).status, "generating");
    assert.deepEqual(await stepsOf(sql, work.project_id), [
      "generate_clip completed",
      "extract_last_frame queued",
    ]);
  }),
);

Deno.test(
  "complete_chunks shows a scene by the beginning of its first clip",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const first = await aSubmittedClip({ clips: 2 });
    const shown = {
      video_url: "https://made.test/1.mp4",
      thumbnail_url: "https://made.test/1.jpg",
    };
    await callback(db, first, { result: { output: shown } });
    const [frame] = await claim(db);
    assert(frame);
    await complete(db, frame);
    const [second] = await claim(db);
    assert(second);
    const later = {
      video_url: "https://made.test/2.mp4",
      thumbnail_url: "https://made.test/2.jpg",
    };
    await callback(db, second, { result: { output: later } });

    const scene = only(await sql`select status, thumbnail_url from public.scenes`);
    assert.deepEqual(scene, { status: "completed", thumbnail_url: shown.thumbnail_url });
  }),
);
