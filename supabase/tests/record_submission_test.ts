import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import {
  attemptsOf,
  brokenInvariants,
  chunksOf,
  only,
  projectOf,
  scenesOf,
  stepOf,
  stepsOf,
} from "./look.ts";
import { callback, claim, fail, outliveLeases, requestOf, submit } from "./verbs.ts";

Deno.test(
  "record_submission says that work has begun: on clip, scene and project, with a deadline",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();

    assert.equal(await submit(db, work, "req-1"), "applied");

    const chunk = only(await chunksOf(sql, work.project_id));
    assert.deepEqual([chunk.status, chunk.request_id], ["SUBMITTED", "req-1"]);
    assert.deepEqual(await scenesOf(sql, work.project_id), ["generating"]);
    assert.equal((await projectOf(sql, work.project_id)).status, "generating");
    const step = await stepOf(sql, work.step_id);
    assert.deepEqual([step.status, step.claim_token], ["waiting", null]);
    assert(step.due_in > 599 && step.due_in <= 600, `deadline in ${step.due_in} s`);
    const attempt = only(await attemptsOf(sql, work.step_id));
    assert.deepEqual([attempt.status, attempt.request_id], ["submitted", "req-1"]);
  }),
);

Deno.test(
  "record_submission with a stale token changes no status, but keeps the request id",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await outliveLeases(sql);
    await claim(db);

    assert.equal(await submit(db, work, "req-late"), "stale");

    const attempt = only(await attemptsOf(sql, work.step_id));
    assert.deepEqual([attempt.status, attempt.request_id], ["lost", "req-late"]);
    assert.equal(only(await chunksOf(sql, work.project_id)).status, "PENDING");
    await outliveLeases(sql);
    const [again] = await claim(db);
    assert.deepEqual([again?.mode, again?.attempt.request_id], ["ask", "req-late"]);
  }),
);

Deno.test(
  "record_submission gives up, once, a request whose film was cancelled meanwhile",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [first, second] = await claim(db);
    assert(first && second);
    await fail(db, first);

    assert.equal(await submit(db, second, "req-unwanted"), "stale");
    assert.equal(await submit(db, second, "req-unwanted"), "stale");

    assert.deepEqual(await stepsOf(sql, projectId), [
      "generate_clip failed",
      "generate_clip cancelled",
      "cancel_request queued",
    ]);
    const [cancel] = await claim(db);
    assert.equal(cancel?.step, "cancel_request");
    assert.equal(cancel.attempt.input.request_id, "req-unwanted");
    assert.equal(cancel.attempt.input.provider, "fal");
    assert.equal(cancel.attempt.input.cancel_url, "https://queue.test/req-unwanted/cancel");
    assert.equal(cancel.attempt.input.model, "fal-ai/some-model");
  }),
);

Deno.test(
  "record_submission of a request that another attempt has is stale and changes nothing",
  onDatabase(async ({ db, sql, aClaimedClip, aSubmittedClip }) => {
    const other = await aSubmittedClip({ video_id: "video-2" });
    const work = await aClaimedClip();
    const before = only(await attemptsOf(sql, work.step_id));

    assert.equal(await submit(db, work, requestOf(other)), "stale");

    assert.deepEqual(only(await attemptsOf(sql, work.step_id)), before);
    const step = await stepOf(sql, work.step_id);
    assert.deepEqual([step.status, step.claim_token], ["running", work.claim_token]);
    assert.equal(only(await attemptsOf(sql, other.step_id)).status, "submitted");
  }),
);

Deno.test(
  "record_submission after the callback is stale and harmless: the clip stays completed",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    assert.equal((await callback(db, work)).outcome, "applied");
    assert.equal(only(await chunksOf(sql, work.project_id)).status, "COMPLETED");

    assert.equal(await submit(db, work), "stale");

    const chunk = only(await chunksOf(sql, work.project_id));
    assert.deepEqual([chunk.status, chunk.request_id], ["COMPLETED", requestOf(work)]);
    const attempt = only(await attemptsOf(sql, work.step_id));
    assert.deepEqual([attempt.status, attempt.request_id], ["completed", requestOf(work)]);
    assert.deepEqual(await stepsOf(sql, work.project_id), [
      "generate_clip completed",
      "extract_thumbnail queued",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "record_submission takes a lost attempt up again when a look-up has found its request",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    await aClaimedClip();
    await outliveLeases(sql);
    const [lookup] = await claim(db);
    assert.equal(lookup?.mode, "lookup");

    assert.equal(await submit(db, lookup, "req-found"), "applied");

    const attempt = only(await attemptsOf(sql, lookup.step_id));
    assert.deepEqual(
      [attempt.status, attempt.request_id, attempt.error_message],
      ["submitted", "req-found", null],
    );
    assert.equal(only(await chunksOf(sql, lookup.project_id)).status, "SUBMITTED");
  }),
);
