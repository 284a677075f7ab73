import assert from "node:assert/strict";
import { LONGEST_SCENE, splitDuration } from "./split_duration.ts";

function split(seconds: number, first: number[], next = first) {
  return splitDuration(seconds, { first, next });
}

Deno.test("a scene is split into the fewest clips on offer, the longest first", () => {
  assert.deepEqual(split(20, [5, 10]), [10, 10]);
  assert.deepEqual(split(25, [5, 10]), [10, 10, 5]);
  assert.deepEqual(split(12, [4, 6, 8]), [8, 4]);
  assert.deepEqual(split(18, [4, 6, 8]), [8, 6, 4]);
  assert.deepEqual(split(16, [3, 8, 15]), [8, 8], "greed would begin with 15 and find no end");
  assert.deepEqual(split(18, [6]), [6, 6, 6]);
});

Deno.test("the first clip is of what its own model offers, the others of what continues it", () => {
  assert.deepEqual(split(22, [2, 7, 12], [5, 10]), [12, 10]);
  assert.deepEqual(split(12, [2], [5, 10]), [2, 10]);
  assert.equal(split(13, [5], [5]), null);
});

Deno.test("what no sum of offers makes, and what is too long, is not split", () => {
  for (const seconds of [13, 10.5, LONGEST_SCENE + 5]) assert.equal(split(seconds, [5, 10]), null);
  assert.equal(split(13, [4, 6, 8]), null);
  assert.equal(split(20, []), null);
  assert.equal(split(LONGEST_SCENE, [5, 10])?.length, 60);
});
