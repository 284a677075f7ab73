import assert from "node:assert/strict";
import type { CallbackResult } from "../functions/_shared/transitions/callbacks.ts";
import { driveToTheEnd } from "./film_players.ts";
import { onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, chunksOf, only, projectOf } from "./look.ts";
import {
  callback,
  claim,
  fail,
  moveClock,
  outliveLeases,
  outputOf,
  requestOf,
  submit,
} from "./verbs.ts";

const FAILED: Partial<CallbackResult> = {
  state: "failed",
  error: { message: "It broke", retryable: true },
};

Deno.test(
  "apply_result answers duplicate to the same result in another delivery",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const done = await aSubmittedClip();
    const broken = await aSubmittedClip({ video_id: "video-2" });
    await callback(db, done, { delivery_id: "1" });
    await callback(db, broken, { delivery_id: "2", result: FAILED });

    assert.equal((await callback(db, done, { delivery_id: "3" })).outcome, "duplicate");
    const again = await callback(db, broken, { delivery_id: "4", result: FAILED });
    assert.equal(again.outcome, "duplicate");
  }),
);

Deno.test(
  "apply_result answers stale to another file for a task that is completed, and keeps the first",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await callback(db, work);

    const other = await callback(db, work, {
      delivery_id: "other",
      result: { output: { video_url: "https://made.test/another.mp4" } },
    });

    assert.equal(other.outcome, "stale");
    const chunk = only(await chunksOf(sql, work.project_id));
    assert.equal(chunk.kling_video_url, outputOf(work).video_url);
  }),
);

Deno.test(
  "apply_result answers stale when the attempt has ended otherwise, and changes nothing",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await callback(db, work, { result: FAILED });

    assert.equal((await callback(db, work)).outcome, "stale");

    assert.equal(only(await chunksOf(sql, work.project_id)).status, "PENDING");
    const log = only(
      await sql`select status, outcome from public.webhook_logs where type = 'generation.completed'`,
    );
    assert.deepEqual(log, { status: "success", outcome: "stale" });
  }),
);

Deno.test(
  "apply_result lets a superseded attempt not touch its successor",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const first = await aSubmittedClip();
    await callback(db, first, { result: FAILED });
    await moveClock(sql, 61);
    const [second] = await claim(db);
    assert.equal(second?.attempt.number, 2);
    await submit(db, second);

    assert.equal((await callback(db, first)).outcome, "stale");
    assert.equal(only(await chunksOf(sql, first.project_id)).status, "SUBMITTED");
    assert.equal((await callback(db, second)).outcome, "applied");
  }),
);

Deno.test(
  "apply_result answers stale to results for a project that failed, was cancelled or is completed",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const failed = await aSubmittedClip({ scenes: ["cut", "cut"] });
    await callback(db, failed, {
      result: { state: "failed", error: { message: "No", retryable: false } },
    });
    const cancelled = await aSubmittedClip({ video_id: "video-2" });
    await sql`select public.cancel_project(${cancelled.project_id})`;
    const completed = await aSubmittedClip({ video_id: "video-3" });
    await callback(db, completed);
    await driveToTheEnd(db, sql);

    for (const work of [failed, cancelled, completed]) {
      const before = await projectOf(sql, work.project_id);
      const answer = await callback(db, work, { delivery_id: work.step_id, result: FAILED });
      assert.equal(answer.outcome, work === failed ? "duplicate" : "stale");
      assert.deepEqual(await projectOf(sql, work.project_id), before);
    }
    assert.equal((await callback(db, failed)).outcome, "stale");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "apply_result takes the request id from a callback that overtook the record of its submission",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();

    await callback(db, work);

    assert.equal(only(await attemptsOf(sql, work.step_id)).request_id, requestOf(work));
    assert.equal(only(await chunksOf(sql, work.project_id)).request_id, requestOf(work));
  }),
);

Deno.test(
  "apply_result applies the result of a lost attempt",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await outliveLeases(sql);
    await claim(db);

    assert.equal((await callback(db, work)).outcome, "applied");
    assert.equal(await fail(db, work), "stale");
    assert.equal((await projectOf(sql, work.project_id)).status, "stitching");
  }),
);

Deno.test(
  "apply_result takes a provider's own cancellation as final",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();

    await callback(db, work, { result: { state: "cancelled" } });

    const film = await projectOf(sql, work.project_id);
    assert.equal(film.error_message, "Scene 1: The provider cancelled the request");
  }),
);
