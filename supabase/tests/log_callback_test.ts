import assert from "node:assert/strict";
import { receiveCallback } from "../functions/_shared/transitions/callbacks.ts";
import { onDatabase } from "./given.ts";
import { errorsOf, only } from "./look.ts";
import { callbackOf } from "./verbs.ts";

Deno.test(
  "log_callback keeps the bytes exactly as they came, and takes data that jsonb cannot hold as null",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const bytes = Uint8Array.from([0x7b, 0x22, 0x00, 0xff, 0xfe, 0x0d, 0x0a, 0x20, 0x7d]);
    const given = callbackOf(await aSubmittedClip(), {
      raw_body: btoa(String.fromCharCode(...bytes)),
      data: null,
      headers: { "content-type": "application/json" },
    });

    assert.equal((await receiveCallback(db, given)).outcome, "applied");

    const log = only(
      await sql`select raw_body, data, headers, webhook_id from public.webhook_logs`,
    );
    assert.deepEqual(new Uint8Array(log.raw_body), bytes);
    assert.equal(log.data, null);
    assert.deepEqual(log.headers, { "content-type": "application/json" });
    assert.match(log.webhook_id, /^sha256:[0-9a-f]{64}$/);
  }),
);

Deno.test(
  "log_callback records a malformed callback as an error, each time that it comes",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const malformed = {
      ...callbackOf(await aSubmittedClip(), { malformed: "Expected an object", data: null }),
      result: null,
    };

    const answers = [await receiveCallback(db, malformed), await receiveCallback(db, malformed)];

    assert.deepEqual(answers.map(({ outcome }) => outcome), ["malformed", "malformed"]);
    assert.deepEqual(
      [...await sql`select status, outcome, error from public.webhook_logs`],
      Array(2).fill({ status: "error", outcome: null, error: "Expected an object" }),
    );
    assert.deepEqual(await errorsOf(sql, "webhook"), ["Expected an object", "Expected an object"]);
  }),
);

Deno.test(
  "log_callback lets a malformed body not shadow a well-formed one of the same delivery",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const given = callbackOf(await aSubmittedClip(), { delivery_id: "msg-1" });
    await receiveCallback(db, { ...given, malformed: "Cut off", result: null });

    assert.equal((await receiveCallback(db, given)).outcome, "applied");
  }),
);
