import assert from "node:assert/strict";
import type { Sql } from "postgres";
import {
  type CallbackResult,
  receiveCallback,
} from "../functions/_shared/transitions/callbacks.ts";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";

const DONE: Partial<CallbackResult> = {
  state: "completed",
  output: { video_url: "https://made.test/clip.mp4" },
};

Deno.test(
  "apply_to_outside_chunk completes a chunk that a worker outside inserted, and triggers nothing",
  onDatabase(async ({ db, sql, openSession }) => {
    const worker = (await openSession()).sql;
    await insertChunk(worker, "req-1");

    const answer = await receiveCallback(db, callbackFor("req-1", DONE));

    assert.deepEqual([answer.outcome, answer.chunk_updated], ["applied", true]);
    assert.deepEqual([answer.scene_updated, answer.last_frame_triggered], [false, false]);
    const found = await worker`
      select request_id, audio_url, metadata, progress, kling_completed_at is not null as is_dated
      from public.video_chunks where status = 'COMPLETED' and kling_video_url is not null`;
    assert.deepEqual([...found], [{
      request_id: "req-1",
      audio_url: "https://a.test/1.mp3",
      metadata: { worker: "w" },
      progress: 100,
      is_dated: true,
    }]);
    assert.equal((await sql`select from private.steps`).length, 0);
    assert.equal((await sql`select from net.http_request_queue`).length, 0);
  }),
);

Deno.test(
  "apply_to_outside_chunk writes a failure down with the provider's words and the time",
  onDatabase(async ({ db, sql, openSession }) => {
    await insertChunk((await openSession()).sql, "req-1");
    const failed: Partial<CallbackResult> = {
      state: "failed",
      error: { message: "NSFW", retryable: true },
    };

    assert.equal((await receiveCallback(db, callbackFor("req-1", failed))).outcome, "applied");

    const chunk = only(
      await sql`select status, error_message, kling_completed_at from public.video_chunks`,
    );
    assert.deepEqual([chunk.status, chunk.error_message], ["FAILED", "NSFW"]);
    assert.notEqual(chunk.kling_completed_at, null);
  }),
);

Deno.test(
  "apply_to_outside_chunk fails a chunk whose result holds no clip: nobody would find it",
  onDatabase(async ({ db, sql, openSession }) => {
    const worker = (await openSession()).sql;
    const images: Partial<CallbackResult> = {
      state: "completed",
      output: { image_url: "https://made.test/1.png" },
    };
    await insertChunk(worker, "req-1");
    const first = await receiveCallback(db, callbackFor("req-1", images));
    const again = await receiveCallback(db, callbackFor("req-1", images, "again"));

    assert.deepEqual([first.outcome, again.outcome], ["applied", "duplicate"]);
    const chunk = only(await sql`select status, error_message from public.video_chunks`);
    assert.equal(chunk.status, "FAILED");
    assert.match(chunk.error_message, /without a clip/);
  }),
);

Deno.test(
  "apply_to_outside_chunk answers duplicate to the same result, stale to another one",
  onDatabase(async ({ db, sql, openSession }) => {
    await insertChunk((await openSession()).sql, "req-1");
    await receiveCallback(db, callbackFor("req-1", DONE));

    const same = await receiveCallback(db, callbackFor("req-1", DONE, "again"));
    const other = await receiveCallback(db, callbackFor("req-1", { state: "failed" }));
    const elsewhere = { ...DONE, output: { video_url: "https://made.test/another.mp4" } };
    const second = await receiveCallback(db, callbackFor("req-1", elsewhere));

    const outcomes = [same.outcome, other.outcome, second.outcome];
    assert.deepEqual(outcomes, ["duplicate", "stale", "stale"]);
    assert.equal(only(await sql`select status from public.video_chunks`).status, "COMPLETED");
  }),
);

Deno.test(
  "apply_to_outside_chunk takes a callback up that came before the chunk was inserted",
  onDatabase(async ({ db, sql, openSession }) => {
    const worker = (await openSession()).sql;
    const answers = [
      await receiveCallback(db, callbackFor("req-1", DONE)),
      await receiveCallback(db, callbackFor("req-2", DONE)),
    ];
    assert.deepEqual(answers.map(({ outcome }) => outcome), ["buffered", "buffered"]);

    await insertChunk(worker, "req-1");
    await worker`insert into public.video_chunks (prompt) values ('no request yet')`;
    await worker`update public.video_chunks set request_id = 'req-2' where request_id is null`;

    const chunks =
      await sql`select request_id, status from public.video_chunks order by request_id`;
    assert.deepEqual([...chunks], [
      { request_id: "req-1", status: "COMPLETED" },
      { request_id: "req-2", status: "COMPLETED" },
    ]);
    const logs = await sql`select distinct status, outcome from public.webhook_logs`;
    assert.deepEqual(only(logs), { status: "success", outcome: "applied" });
  }),
);

Deno.test(
  "apply_to_outside_chunk leaves a chunk of ours to its attempt, and other sources out",
  onDatabase(async ({ db, sql, aSubmittedClip, openSession }) => {
    const work = await aSubmittedClip();
    await insertChunk((await openSession()).sql, `req-${work.attempt.attempt_id}`);
    await insertChunk((await openSession()).sql, "req-1");

    const ours = await receiveCallback(db, callbackFor(`req-${work.attempt.attempt_id}`, DONE));
    const video = { ...callbackFor("req-1", DONE), source: "video" };

    assert.deepEqual([ours.outcome, ours.scene_updated], ["applied", true]);
    assert.equal((await receiveCallback(db, video)).outcome, "buffered");
    const outside = await sql`select status from public.video_chunks where scene_id is null`;
    assert.deepEqual(outside.map(({ status }) => status), ["PENDING", "PENDING"]);
  }),
);

async function insertChunk(worker: Sql, requestId: string): Promise<void> {
  await worker`
    insert into public.video_chunks (request_id, prompt, audio_url, metadata)
    values (${requestId}, 'A wave', 'https://a.test/1.mp3', '{"worker": "w"}')`;
}

function callbackFor(requestId: string, result: Partial<CallbackResult>, nonce = "") {
  return {
    source: "fal",
    delivery_id: null,
    token: null,
    type: `generation.${result.state}`,
    headers: {},
    raw_body: btoa(JSON.stringify([requestId, result, nonce])),
    data: {},
    malformed: null,
    result: {
      state: "completed" as const,
      request_id: requestId,
      scene_id: null,
      project_id: null,
      output: {},
      error: null,
      progress: null,
      metadata: {},
      ...result,
    },
  };
}
