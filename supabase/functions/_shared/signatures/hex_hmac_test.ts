import assert from "node:assert/strict";
import { isHexSigned, signHex } from "./hex_hmac.ts";

/** GitHub's published vector for `X-Hub-Signature-256`. */
const SECRET = "It's a Secret to Everybody";
const BODY = new TextEncoder().encode("Hello, World!");
const SIGNATURE = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

Deno.test("the published vector holds, with and without sha256= and in capitals", () => {
  for (const given of [SIGNATURE, `sha256=${SIGNATURE}`, SIGNATURE.toUpperCase()]) {
    assert.equal(isHexSigned(given, BODY, [SECRET]), true, given);
  }
});

Deno.test("a wrong, truncated, missing or differently written signature does not hold", () => {
  const wrong = SIGNATURE.replace("7", "8");
  const given = [
    wrong,
    SIGNATURE.slice(0, -1),
    SIGNATURE.slice(0, 8),
    "",
    null,
    `sha1=${SIGNATURE}`,
  ];

  for (const signature of [...given, "sha256=", "zz".repeat(32), `${SIGNATURE}00`]) {
    assert.equal(isHexSigned(signature, BODY, [SECRET]), false, `${signature}`);
  }
});

Deno.test("a signature of another body does not hold", () => {
  assert.equal(isHexSigned(SIGNATURE, new TextEncoder().encode("Hello, World"), [SECRET]), false);
});

Deno.test("during a rotation the old and the new secret hold, and no secret lets nobody in", () => {
  assert.equal(isHexSigned(SIGNATURE, BODY, ["new", SECRET]), true);
  assert.equal(isHexSigned(signHex(BODY, "new"), BODY, ["new", SECRET]), true);
  assert.equal(isHexSigned(SIGNATURE, BODY, ["new"]), false);
  assert.equal(isHexSigned(SIGNATURE, BODY, []), false);
});

Deno.test("a whsec_ secret is the literal string here, not base64", () => {
  const secret = "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  assert.equal(isHexSigned(signHex(BODY, secret), BODY, [secret]), true);
});
