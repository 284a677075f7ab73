import assert from "node:assert/strict";
import { createRateLimit } from "./rate_limit.ts";

Deno.test("an unset limit refuses nobody", () => {
  const limit = createRateLimit("RATE_LIMIT_FAL", () => undefined, () => 0);

  for (let i = 0; i < 1000; i++) assert.equal(limit.taken("a"), null);
});

Deno.test("a set limit refuses what is over it, and what was refused does not count", () => {
  const clock = { now: 0 };
  const limit = createRateLimit("RATE_LIMIT_FAL", () => "2", () => clock.now);

  assert.equal(limit.taken("a"), null);
  clock.now = 20_000;
  assert.equal(limit.taken("a"), null);
  assert.equal(limit.taken("a"), 40);
  assert.equal(limit.taken("b"), null);
  clock.now = 60_000;
  assert.equal(limit.taken("a"), null);
});

Deno.test("a limit that is no positive whole number is an error, not no limit", () => {
  for (const value of ["many", "0", "-1", "1.5"]) {
    assert.throws(
      () => createRateLimit("RATE_LIMIT_FAL", () => value, () => 0),
      /Cannot read RATE_LIMIT_FAL: it is not a positive whole number/,
      value,
    );
  }
});
