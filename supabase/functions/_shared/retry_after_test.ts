import assert from "node:assert/strict";
import { readRetryAfter } from "./retry_after.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

function read(value: string): number | null {
  return readRetryAfter(new Headers({ "retry-after": value }), NOW);
}

Deno.test("Retry-After is read as seconds and as an HTTP date", () => {
  assert.equal(read("120"), 120);
  assert.equal(read("Sun, 22 Nov 2026 12:01:30 GMT"), 90);
});

Deno.test("a Retry-After in the past is 0, an absurd one a day", () => {
  assert.equal(read("Sun, 22 Nov 2026 11:00:00 GMT"), 0);
  assert.equal(read("99999999999999999999"), 86_400);
});

Deno.test("without a readable Retry-After there is none", () => {
  assert.equal(read("soon"), null);
  assert.equal(read(""), null);
  assert.equal(readRetryAfter(new Headers(), NOW), null);
});
