import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { brokenInvariants, only, projectOf, stepsOf } from "./look.ts";
import { callback, claim, complete, fail, moveClock, submit } from "./verbs.ts";

Deno.test(
  "pause_project asks for nothing new, and resume_project goes on from there",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    await sql`select public.pause_project(${projectId})`;
    await moveClock(sql, 86_401);
    assert.deepEqual(await claim(db), []);
    assert.equal((await projectOf(sql, projectId)).status, "paused");

    await sql`select public.resume_project(${projectId})`;

    assert.equal((await projectOf(sql, projectId)).status, "queued");
    assert.equal((await claim(db)).length, 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "pause_project lets what is under way go on: results are kept, the next step waits",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip({ scenes: ["last_frame", "last_frame"] });
    await sql`select public.pause_project(${work.project_id})`;

    assert.equal((await callback(db, work)).outcome, "applied");

    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await stepsOf(sql, work.project_id), [
      "generate_clip completed",
      "extract_last_frame queued",
    ]);
    await sql`select public.resume_project(${work.project_id})`;
    assert.equal((await projectOf(sql, work.project_id)).status, "generating");
    assert.equal(only(await claim(db)).step, "extract_last_frame");
  }),
);

Deno.test(
  "pause_project holds a retry back until the project is resumed",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await sql`select public.pause_project(${work.project_id})`;
    await fail(db, work, { retryable: true });
    await moveClock(sql, 3600);
    assert.deepEqual(await claim(db), []);

    await sql`select public.resume_project(${work.project_id})`;

    assert.equal(only(await claim(db)).attempt.number, 2);
  }),
);

Deno.test(
  "resume_project stitches a film whose last clip came while it was paused, and stores it once",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await sql`select public.pause_project(${work.project_id})`;
    await callback(db, work);
    assert.equal((await projectOf(sql, work.project_id)).status, "paused");

    await sql`select public.resume_project(${work.project_id})`;
    const thumbnail = only(await claim(db));
    await submit(db, thumbnail);
    await sql`select public.pause_project(${work.project_id})`;
    await callback(db, thumbnail);
    await sql`select public.resume_project(${work.project_id})`;
    await complete(db, only(await claim(db)));

    assert.equal((await projectOf(sql, work.project_id)).status, "completed");
    assert.deepEqual(await stepsOf(sql, work.project_id), [
      "generate_clip completed",
      "extract_thumbnail completed",
      "store_film completed",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "pause_project and resume_project refuse a film that has ended",
  onDatabase(async ({ sql, aProject }) => {
    const projectId = await aProject();
    await sql`select public.cancel_project(${projectId})`;

    await assert.rejects(async () => {
      await sql`select public.pause_project(${projectId})`;
    }, { code: "RL409" });
    await assert.rejects(async () => {
      await sql`select public.resume_project(${projectId})`;
    }, { code: "RL409" });
  }),
);
