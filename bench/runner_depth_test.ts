import assert from "node:assert/strict";
import { depthGrowth, type Sample } from "./runner_depth.ts";

function samples(claimed: readonly number[], completed = 0): Sample[] {
  return claimed.map((each) => ({ claimed: each, due: 0, rings: 0, completed }));
}

Deno.test("a depth that comes and goes does not grow", () => {
  assert.equal(depthGrowth(samples([10, 30, 20, 20, 10, 30, 30, 10, 20]), 100), 1);
});

Deno.test("a depth that rises is seen to", () => {
  assert.equal(depthGrowth(samples([10, 10, 10, 20, 20, 20, 30, 30, 30]), 100), 3);
});

Deno.test("only the time counts in which half of the films are under way", () => {
  const end = samples([500, 500, 500, 500, 500, 500], 50);

  assert.equal(depthGrowth([...samples(new Array<number>(9).fill(10)), ...end], 100), 1);
});

Deno.test("of a few samples nothing can be said", () => {
  assert.ok(Number.isNaN(depthGrowth(samples([1, 2, 3]), 100)));
});
