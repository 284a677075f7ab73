import assert from "node:assert/strict";
import { handMadeWorld } from "../testing/hand_made_world.ts";
import { createRateLimit, readRateLimit } from "./rate_limit.ts";

Deno.test("an unset limit is none", () => {
  assert.equal(readRateLimit("RATE_LIMIT_FAL", () => undefined), null);
  assert.equal(readRateLimit("RATE_LIMIT_FAL", () => " "), null);
  assert.equal(readRateLimit("RATE_LIMIT_FAL", () => "2"), 2);
});

Deno.test("a limit that is no positive whole number is an error, not no limit", () => {
  for (const value of ["many", "0", "-1", "1.5"]) {
    assert.throws(
      () => readRateLimit("RATE_LIMIT_FAL", () => value),
      /Cannot read RATE_LIMIT_FAL: it is not a positive whole number/,
      value,
    );
  }
});

Deno.test("without both of Upstash's variables, counts are shared through Postgres", async () => {
  const { deps, calls, settled } = handMadeWorld({
    env: { UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" },
    sql: { count_requests: [] },
  });

  assert.equal(await createRateLimit("RATE_LIMIT_FAL", 2, deps).taken("192.0.2.1"), null);
  await settled();

  assert.deepEqual(calls.map(({ name }) => name), ["count_requests"]);
});
