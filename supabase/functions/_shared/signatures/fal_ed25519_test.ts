import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { verifyFal } from "./fal_ed25519.ts";
import type { FalKeys } from "./fal_keys.ts";

/** A fixed vector: Ed25519 seed 00..1f. */
const KEY = createPublicKey({
  key: { kty: "OKP", crv: "Ed25519", x: "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg" },
  format: "jwk",
});
const REQUEST_ID = "123e4567-e89b-12d3-a456-426614174000";
const AT = 1700000000;
const BODY = `{"request_id":"${REQUEST_ID}","gateway_request_id":"${REQUEST_ID}",` +
  `"status":"OK","payload":{"video":{"url":"https://v3.fal.media/files/x/out.mp4"}}}`;
const SIGNATURE = "b618f2d3602d0a1413c6489cf1c92f69b5b550db2df1eb5899f2205a38339ac8" +
  "be6f32db30a23a399931a687328e599620e0ced828bcea5da1bb913ce4663a0f";
const OTHER = generateKeyPairSync("ed25519").publicKey;

function keys(current: KeyObject[] | null, refetched: KeyObject[] | null = null): FalKeys {
  return { current: () => Promise.resolve(current), refetched: () => Promise.resolve(refetched) };
}

function verify(
  changed: Record<string, string> = {},
  { by = keys([KEY]), at = AT, body = BODY, userId = null }: {
    by?: FalKeys;
    at?: number;
    body?: string;
    userId?: string | null;
  } = {},
) {
  const headers = new Headers({
    "x-fal-webhook-request-id": REQUEST_ID,
    "x-fal-webhook-user-id": "test-user",
    "x-fal-webhook-timestamp": `${AT}`,
    "x-fal-webhook-signature": SIGNATURE,
    ...changed,
  });
  return verifyFal(headers, new TextEncoder().encode(body), { keys: by, userId, now: at * 1000 });
}

Deno.test("the fixed vector holds by whichever of the keys made it", async () => {
  assert.equal(await verify(), "verified");
  assert.equal(await verify({}, { by: keys([OTHER, KEY]) }), "verified");
});

Deno.test("another body, id, user or a damaged signature is refused", async () => {
  assert.equal(await verify({}, { body: BODY.replace("OK", "NO") }), "refused");
  for (const name of ["request-id", "user-id"]) {
    assert.equal(await verify({ [`x-fal-webhook-${name}`]: "other" }), "refused", name);
    assert.equal(await verify({ [`x-fal-webhook-${name}`]: "" }), "refused", name);
  }
  for (const signature of ["", SIGNATURE.slice(2), `${SIGNATURE}00`, `00${SIGNATURE.slice(2)}`]) {
    assert.equal(await verify({ "x-fal-webhook-signature": signature }), "refused", signature);
  }
});

Deno.test("a timestamp holds for 300 seconds both ways", async () => {
  assert.equal(await verify({}, { at: AT + 300 }), "verified");
  assert.equal(await verify({}, { at: AT + 301 }), "stale");
  assert.equal(await verify({}, { at: AT - 300 }), "verified");
  assert.equal(await verify({}, { at: AT - 301 }), "refused");
  assert.equal(await verify({ "x-fal-webhook-timestamp": "soon" }), "refused");
});

Deno.test("only what fal signed is stale; whatever else is old is refused", async () => {
  const late = { at: AT + 3600 };

  assert.equal(await verify({}, { ...late, body: BODY.replace("OK", "NO") }), "refused");
  assert.equal(await verify({}, { ...late, by: keys([OTHER]) }), "refused");
  assert.equal(await verify({}, { ...late, userId: "somebody-else" }), "refused");
  assert.equal(await verify({}, { ...late, by: keys([OTHER], [KEY]) }), "stale");
});

Deno.test("flipping any one bit of body, ids, timestamp or signature fails", async () => {
  const headers: Record<string, string> = {
    "x-fal-webhook-request-id": REQUEST_ID,
    "x-fal-webhook-user-id": "test-user",
    "x-fal-webhook-timestamp": `${AT}`,
    "x-fal-webhook-signature": SIGNATURE,
  };
  for (const [name, text] of [...Object.entries(headers), ["body", BODY] as const]) {
    for (let at = 0; at < text.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << bit));
        if (/[\0\r\n]/.test(flipped)) continue;
        const changed = text.slice(0, at) + flipped + text.slice(at + 1);
        const verdict =
          await (name === "body" ? verify({}, { body: changed }) : verify({ [name]: changed }));
        assert.equal(verdict, "refused", `${name}: ${changed}`);
      }
    }
  }
});

Deno.test("with our account known, another account's genuine callback is refused", async () => {
  assert.equal(await verify({}, { userId: "test-user" }), "verified");
  assert.equal(await verify({}, { userId: "somebody-else" }), "refused");
});

Deno.test("when no cached key fits, freshly fetched ones are tried", async () => {
  assert.equal(await verify({}, { by: keys([OTHER], [KEY]) }), "verified");
  assert.equal(await verify({}, { by: keys([OTHER], [OTHER]) }), "refused");
  assert.equal(await verify({}, { by: keys([OTHER], null) }), "refused");
});

Deno.test("without any key the verdict is unavailable, but not for what cannot be fal's", async () => {
  assert.equal(await verify({}, { by: keys(null) }), "unavailable");
  assert.equal(await verify({ "x-fal-webhook-signature": "abc" }, { by: keys(null) }), "refused");
});
