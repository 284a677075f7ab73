import assert from "node:assert/strict";
import { readCallback } from "../functions/_shared/management/callbacks.ts";
import { onDatabase } from "./given.ts";
import { callback, callbackOf, requestOf } from "./verbs.ts";

Deno.test(
  "read_callback shows a callback whole, and what became of its film",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    const raw_body = btoa("x".repeat(300));
    const { webhook_log_id } = await callback(db, work, {
      delivery_id: "msg-1",
      headers: { "user-agent": "fal" },
      raw_body,
      data: { a: 1 },
    });

    const log = await readCallback(db, webhook_log_id);

    assert(log);
    assert.deepEqual(
      [log.webhook_id, log.source, log.outcome, log.request_id, log.project_id, log.attempt_id],
      ["msg-1", "fal", "applied", requestOf(work), work.project_id, work.attempt.attempt_id],
    );
    assert.deepEqual([log.headers, log.data, log.raw_body], [
      { "user-agent": "fal" },
      { a: 1 },
      raw_body,
    ]);
    assert.deepEqual(log.result, JSON.parse(JSON.stringify(callbackOf(work).result)));
    const timeline: { type: string }[] = JSON.parse(JSON.stringify(log.timeline));
    assert(timeline.some(({ type }) => type === "chunk.completed"));
  }),
);

Deno.test(
  "read_callback shows no token, whether it was ours or not",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    const foreign = `${work.attempt.attempt_id}.${"0".repeat(64)}`;

    for (const token of [foreign, work.attempt.attempt_token]) {
      const { webhook_log_id } = await callback(db, work, { token, delivery_id: token });
      const log = { ...await readCallback(db, webhook_log_id), webhook_id: null };
      assert(!JSON.stringify(log).includes(token.split(".")[1] ?? ""));
    }
  }),
);

Deno.test(
  "read_callback knows nothing of an id that is not there",
  onDatabase(async ({ db }) => {
    assert.equal(await readCallback(db, "nobody"), null);
  }),
);
