import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { chunksOf, errorsOf, only, projectOf } from "./look.ts";
import { callback, callbackOf, requestOf } from "./verbs.ts";
import { receiveCallback } from "../functions/_shared/transitions/callbacks.ts";

Deno.test(
  "receive_callback applies a result and answers with the row that records it",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();

    const answer = await callback(db, work, { delivery_id: "msg-1" });

    assert.equal(answer.outcome, "applied");
    const log = only(await sql`select * from public.webhook_logs`);
    assert.equal(log.webhook_log_id, answer.webhook_log_id);
    assert.deepEqual(
      [log.webhook_id, log.source, log.type, log.status, log.outcome, log.error],
      ["msg-1", "fal", "generation.completed", "success", "applied", null],
    );
    assert.deepEqual([log.project_id, log.request_id], [work.project_id, requestOf(work)]);
    assert.notEqual(log.processed_at, null);
    assert(Number(log.duration_ms) > 0);
  }),
);

Deno.test(
  "receive_callback answers duplicate to a delivery id, else a body, that came before",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const signed = callbackOf(await aSubmittedClip(), { delivery_id: "msg-1" });
    const unsigned = callbackOf(await aSubmittedClip({ video_id: "video-2" }));

    for (const given of [signed, unsigned]) {
      const first = await receiveCallback(db, given);
      const second = await receiveCallback(db, given);

      assert.equal(first.outcome, "applied");
      assert.deepEqual([second.outcome, second.webhook_log_id], [
        "duplicate",
        first.webhook_log_id,
      ]);
      assert.equal(second.chunk_updated, false);
    }
    const logs = await sql`select duplicate_count, outcome from public.webhook_logs`;
    assert.deepEqual([...logs], [
      { duplicate_count: 1, outcome: "applied" },
      { duplicate_count: 1, outcome: "applied" },
    ]);
  }),
);

Deno.test(
  "receive_callback tells deliveries of two sources with one id apart",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await callback(db, work, { delivery_id: "msg-1", source: "video", token: null });

    assert.equal((await callback(db, work, { delivery_id: "msg-1" })).outcome, "applied");
  }),
);

Deno.test(
  "receive_callback answers error when applying raises, and processes the next delivery again",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await sql`alter table public.media add constraint broken check (false) not valid`;

    const first = await callback(db, work);

    assert.equal(first.outcome, "error");
    const log = only(
      await sql`select status, outcome, error, duration_ms, convert_from(raw_body, 'UTF8') as body
      from public.webhook_logs`,
    );
    assert.deepEqual([log.status, log.outcome], ["error", null]);
    assert(Number(log.duration_ms) > 0);
    assert.match(log.error, /violates check constraint "broken"/);
    assert.match(log.body, new RegExp(work.attempt.attempt_id));
    assert.match(only(await errorsOf(sql, "webhook")), /^Cannot process callback: /);
    assert.equal(only(await chunksOf(sql, work.project_id)).status, "SUBMITTED");

    await sql`alter table public.media drop constraint broken`;
    const second = await callback(db, work);

    assert.equal(second.outcome, "applied");
    assert.notEqual(second.webhook_log_id, first.webhook_log_id);
    assert.equal((await projectOf(sql, work.project_id)).status, "stitching");
  }),
);
