import assert from "node:assert/strict";
import { driveToTheEnd } from "./film_players.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, chunksOf, projectOf, scenesOf, stepsOf } from "./look.ts";
import { callback, claim, fail, submit } from "./verbs.ts";

Deno.test(
  "retry_project keeps what was finished and asks for the rest again",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["last_frame", "last_frame", "cut"], clips: 2 });
    const [first, third] = await claim(db);
    assert(first && third);
    await submit(db, third);
    await callback(db, third);
    await fail(db, first, { message: "NSFW" });
    const before = await chunksOf(sql, projectId);

    await sql`select public.retry_project(${projectId})`;

    const film = await projectOf(sql, projectId);
    assert.deepEqual([film.status, film.error_message], ["generating", null]);
    assert.deepEqual(await scenesOf(sql, projectId), ["pending", "pending", "pending"]);
    const paid = before.filter(({ status }) => status === "COMPLETED");
    await driveToTheEnd(db, sql);
    assert.equal((await projectOf(sql, projectId)).status, "completed");
    const after = await chunksOf(sql, projectId);
    assert.deepEqual(
      after.filter(({ chunk_id }) => paid.some((each) => each.chunk_id === chunk_id))
        .map(({ kling_video_url }) => kling_video_url),
      paid.map(({ kling_video_url }) => kling_video_url),
    );
    const clips = await sql`
      select from private.attempts join private.steps using (step_id)
      where kind = 'generate_clip' and attempts.status = 'completed'`;
    assert.equal(clips.length, 6, "each clip was made once");
    const types = await sql`select type from public.webhook_deliveries order by created_at`;
    assert.deepEqual(types.map(({ type }) => type), [
      "video.generation.failed",
      "video.generation.completed",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "retry_project of a film that could not be stitched, or stored, begins there",
  onDatabase(async ({ db, sql, aFilmInStitching, aFilmToStore }) => {
    const unstitched = await aFilmInStitching({ scenes: ["cut", "cut"] });
    for (const work of await claim(db)) if (work.step === "stitch") await fail(db, work);
    const unstored = await aFilmToStore({ video_id: "video-2", scenes: ["cut", "cut"] });
    await fail(db, unstored);

    for (const projectId of [unstitched, unstored.project_id]) {
      await sql`select public.retry_project(${projectId})`;
      assert.equal((await projectOf(sql, projectId)).status, "stitching");
    }

    const open = async (projectId: string) =>
      (await stepsOf(sql, projectId)).filter((step) => step.endsWith(" queued")).toSorted();
    assert.deepEqual(await open(unstitched), ["extract_thumbnail queued", "stitch queued"]);
    assert.deepEqual(await open(unstored.project_id), ["store_film queued"]);
    await driveToTheEnd(db, sql);
    assert.equal((await projectOf(sql, unstitched)).status, "completed");
    assert.equal((await projectOf(sql, unstored.project_id)).status, "completed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "retry_project refuses a film that has not failed",
  onDatabase(async ({ sql, aProject }) => {
    const projectId = await aProject();

    await assert.rejects(async () => {
      await sql`select public.retry_project(${projectId})`;
    }, { code: "RL409" });
  }),
);
