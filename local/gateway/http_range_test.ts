import { deepEqual } from "node:assert/strict";
import { readRange } from "./http_range.ts";

Deno.test("a range names its first and last byte", () => {
  deepEqual(readRange("bytes=0-3", 10), { first: 0, last: 3 });
  deepEqual(readRange("bytes=4-", 10), { first: 4, last: 9 });
  deepEqual(readRange("bytes=-3", 10), { first: 7, last: 9 });
});

Deno.test("a range ends with the file", () => {
  deepEqual(readRange("bytes=8-99", 10), { first: 8, last: 9 });
  deepEqual(readRange("bytes=-99", 10), { first: 0, last: 9 });
});

Deno.test("a range that begins behind the file cannot be satisfied", () => {
  deepEqual(readRange("bytes=10-", 10), "unsatisfiable");
  deepEqual(readRange("bytes=-0", 10), "unsatisfiable");
  deepEqual(readRange("bytes=0-", 0), "unsatisfiable");
});

Deno.test("what is not one range of bytes asks for the whole file", () => {
  for (const header of [null, "", "bytes=-", "bytes=3-1", "lines=0-3", "bytes=0-1,4-5", "x"]) {
    deepEqual(readRange(header, 10), null);
  }
});
