import assert from "node:assert/strict";
import { atATime } from "./at_a_time.ts";

Deno.test("each item is worked on once, so many at a time, and answered in its place", async () => {
  const running = { now: 0, most: 0 };
  const double = async (n: number) => {
    running.most = Math.max(running.most, ++running.now);
    await new Promise((resolve) => setTimeout(resolve, n % 3));
    running.now--;
    return 2 * n;
  };

  assert.deepEqual(await atATime(4, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], double), [
    ...[0, 2, 4, 6, 8, 10, 12, 14, 16, 18],
  ]);
  assert.equal(running.most, 4);
  assert.deepEqual(await atATime(4, [], double), []);
});

Deno.test("what one throws, all throw", async () => {
  const work = (n: number) => n === 3 ? Promise.reject(new Error("three")) : Promise.resolve(n);

  await assert.rejects(atATime(2, [1, 2, 3, 4], work), /three/);
});
