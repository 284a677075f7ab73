import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import {
  attemptsOf,
  brokenInvariants,
  chunksOf,
  errorsOf,
  eventsOf,
  only,
  projectOf,
  scenesOf,
  stepOf,
} from "./look.ts";
import { callback, claim, fail, moveClock, submit } from "./verbs.ts";

Deno.test(
  "fail_attempt puts a clip back to PENDING when its failure can pass",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();

    await callback(db, work, {
      result: { state: "failed", error: { message: "Overloaded", retryable: true } },
    });

    const chunk = only(await chunksOf(sql, work.project_id));
    assert.deepEqual(
      [chunk.status, chunk.request_id, chunk.kling_completed_at],
      ["PENDING", null, null],
    );
    assert.equal((await stepOf(sql, work.step_id)).status, "queued");
    assert.equal((await projectOf(sql, work.project_id)).status, "generating");
    const attempt = only(await attemptsOf(sql, work.step_id));
    assert.deepEqual([attempt.status, attempt.error_message], ["failed", "Overloaded"]);
    assert.deepEqual(await errorsOf(sql, "step"), ["Cannot finish generate_clip: Overloaded"]);
    assert((await eventsOf(sql, work.project_id)).includes("step.retried"));
  }),
);

Deno.test(
  "fail_attempt tries again, up to max_attempts, then fails the film in the provider's words",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    const modes: (string | number | undefined)[][] = [];
    for (let number = 1; number <= 4; number++) {
      const [work] = await claim(db);
      assert(work);
      modes.push([work.mode, work.attempt.number]);
      await submit(db, work);
      await callback(db, work, {
        result: { state: "failed", error: { message: `Try ${number}`, retryable: true } },
      });
      await moveClock(sql, 61);
    }

    assert.deepEqual(modes, [["start", 1], ["start", 2], ["start", 3], ["start", 4]]);
    assert.deepEqual(await claim(db), []);
    const film = await projectOf(sql, projectId);
    assert.deepEqual([film.status, film.error_message], ["failed", "Scene 1: Try 4"]);
    assert.deepEqual(await scenesOf(sql, projectId), ["failed"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "fail_attempt ends clip and film at once when the failure is final",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();

    await callback(db, work, {
      result: { state: "failed", error: { message: "NSFW content", retryable: false } },
    });

    const chunk = only(await chunksOf(sql, work.project_id));
    assert.deepEqual([chunk.status, chunk.error_message], ["FAILED", "NSFW content"]);
    assert.notEqual(chunk.kling_completed_at, null);
    assert.equal((await projectOf(sql, work.project_id)).status, "failed");
  }),
);

Deno.test(
  "fail_attempt names a reason when the provider gives none",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();

    await fail(db, work, { message: "" });

    const film = await projectOf(sql, work.project_id);
    assert.equal(film.error_message, "Scene 1: The provider gave no reason");
  }),
);

Deno.test(
  "fail_attempt does not give up a request that has ended at the provider",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();

    await callback(db, work, {
      result: { state: "failed", error: { message: "No", retryable: false } },
    });

    assert.equal((await sql`select from private.steps where kind = 'cancel_request'`).length, 0);
  }),
);
