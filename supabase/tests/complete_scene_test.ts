import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { chunksOf, eventsOf, projectOf, scenesOf, stepsOf } from "./look.ts";
import { callback, claim, submit } from "./verbs.ts";

Deno.test(
  "complete_scene starts the next scene from its last frame",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["last_frame", "last_frame"] });
    for (const step of ["generate_clip", "extract_last_frame"]) {
      const [work] = await claim(db);
      assert.equal(work?.step, step);
      await submit(db, work);
      await callback(db, work);
    }

    assert.deepEqual(await scenesOf(sql, projectId), ["completed", "pending"]);
    const [scene] = await sql`select last_frame_url from public.scenes where position = 1`;
    const [, second] = await chunksOf(sql, projectId);
    assert.match(scene?.last_frame_url, /\.png$/);
    assert.equal(second?.image_url, scene?.last_frame_url);
    assert.equal((await stepsOf(sql, projectId)).at(-1), "generate_clip queued");
  }),
);

Deno.test(
  "complete_scene leads to stitching only when the last scene is there, whichever that is",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["cut", "cut", "cut"] });
    const works = await claim(db);
    const statuses: string[] = [];
    for (const work of works.toReversed()) {
      await submit(db, work);
      await callback(db, work);
      statuses.push((await projectOf(sql, projectId)).status);
    }

    assert.deepEqual(statuses, ["generating", "generating", "stitching"]);
    const events = await eventsOf(sql, projectId);
    assert.equal(events.filter((type) => type === "project.stitching").length, 1);
  }),
);
