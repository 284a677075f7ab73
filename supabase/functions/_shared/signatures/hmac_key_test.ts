import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { hmacKey } from "./hmac_key.ts";

Deno.test("a key of any length signs as createHmac does, one body after the other", () => {
  for (
    const secret of ["", "s3cret", "ü".repeat(10), "x".repeat(64), "x".repeat(65), "é".repeat(99)]
  ) {
    const sign = hmacKey(secret);
    for (const text of ["", "Hello, World!", "x".repeat(64), '{"a":"🎬"}'.repeat(1000), ""]) {
      const body = new TextEncoder().encode(text);
      assert.equal(sign(body), createHmac("sha256", secret).update(body).digest("hex"));
    }
  }
});

/** RFC 4231, test case 2. */
Deno.test("the published vector holds", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  assert.equal(
    hmacKey("Jefe")(bytes("what do ya want for nothing?")),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});
