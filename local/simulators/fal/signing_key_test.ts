import assert from "node:assert/strict";
import { createSigningKey } from "./signing_key.ts";

// A fixed vector: seed 00..1f, signed with another implementation.
const BODY =
  '{"request_id":"123e4567-e89b-12d3-a456-426614174000","gateway_request_id":"123e4567-e89b-12d3-a456-426614174000","status":"OK","payload":{"video":{"url":"https://v3.fal.media/files/x/out.mp4"}}}';
const SIGNATURE =
  "b618f2d3602d0a1413c6489cf1c92f69b5b550db2df1eb5899f2205a38339ac8be6f32db30a23a399931a687328e599620e0ced828bcea5da1bb913ce4663a0f";
const SEED = Uint8Array.from({ length: 32 }, (_, n) => n);

Deno.test("signing key signs request id, user id, timestamp and body digest as fal does", async () => {
  const key = await createSigningKey({ seed: SEED });
  const headers = await key.sign({
    requestId: "123e4567-e89b-12d3-a456-426614174000",
    userId: "test-user",
    at: 1_700_000_000_000,
    body: new TextEncoder().encode(BODY),
  });
  assert.equal(headers["X-Fal-Webhook-Timestamp"], "1700000000");
  assert.equal(headers["X-Fal-Webhook-Signature"], SIGNATURE);
});

Deno.test("signing key publishes x bare, or padded when asked to", async () => {
  const x = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg";
  assert.equal((await createSigningKey({ seed: SEED })).jwks.keys[0]?.x, x);
  assert.equal((await createSigningKey({ seed: SEED, padded: true })).jwks.keys[0]?.x, `${x}=`);
});
