import assert from "node:assert/strict";
import { isBearer } from "./bearer.ts";

Deno.test("a bearer token holds when it is one of the secrets, to the letter", () => {
  assert.equal(isBearer("Bearer s3cret", ["s3cret"]), true);
  assert.equal(isBearer("bearer  s3cret ", ["other", "s3cret"]), true);
  assert.equal(isBearer("Bearer v1,whsec_AAAA", ["v1,whsec_AAAA"]), true);
});

Deno.test("another token, a part of it, another scheme or none does not hold", () => {
  for (
    const given of ["Bearer s3cre", "Bearer s3cret2", "Bearer ", "Basic s3cret", "s3cret", null]
  ) {
    assert.equal(isBearer(given, ["s3cret"]), false, `${given}`);
  }
  assert.equal(isBearer("Bearer s3cret", []), false);
});
