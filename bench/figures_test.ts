import assert from "node:assert/strict";
import { median, quantile, ratio, short, thinOut } from "./figures.ts";

Deno.test("a median is the middle one, or the mean of two", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(median([7]), 7);
});

Deno.test("a quantile is one of the values, at most the largest", () => {
  const values = [5, 1, 4, 2, 3];

  assert.equal(quantile(values, 0.5), 3);
  assert.equal(quantile(values, 0.99), 5);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

Deno.test("a ratio compares within each round: a slow round does not decide it", () => {
  assert.equal(ratio([100, 20, 110], [50, 10, 55]), 2);
});

Deno.test("a figure is shown with three digits", () => {
  assert.equal(short(1234.5), "1,230");
  assert.equal(short(0.01234), "0.012");
  assert.equal(short(NaN), "-");
});

Deno.test("many values are thinned out to some that are spread as they are", () => {
  const values = Array.from({ length: 1001 }, (_, n) => 1000 - n);

  const thin = thinOut(values, 5);

  assert.deepEqual(thin, [0, 250, 500, 750, 1000]);
  assert.deepEqual(thinOut([3, 1, 2], 5), [3, 1, 2]);
});
