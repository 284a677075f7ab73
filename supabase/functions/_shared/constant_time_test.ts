import assert from "node:assert/strict";
import { equal } from "./constant_time.ts";

Deno.test("equal compares text and bytes and never throws on unequal lengths", () => {
  assert.equal(equal("secret", "secret"), true);
  assert.equal(equal("secret", "secreT"), false);
  assert.equal(equal("secret", "secret "), false);
  assert.equal(equal("", "x"), false);
  assert.equal(equal("é", new TextEncoder().encode("é")), true);
});
