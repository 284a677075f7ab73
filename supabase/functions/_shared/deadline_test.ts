import assert from "node:assert/strict";
import { withDeadline, within } from "./deadline.ts";

Deno.test("work that ends in time gives its result", async () => {
  assert.equal(await withDeadline(10_000, () => Promise.resolve(7)), 7);
});

Deno.test("work that waits for its signal ends with a TimeoutError at the deadline", async () => {
  const forever = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });

  await assert.rejects(withDeadline(1, forever), { name: "TimeoutError" });
});

Deno.test("what no signal ends is left to itself at the deadline", async () => {
  const never = new Promise<never>(() => {});

  assert.equal(await within(10_000, Promise.resolve(7)), 7);
  await assert.rejects(within(10_000, Promise.reject(new Error("Broken"))), /Broken/);
  await assert.rejects(within(1, never), { name: "TimeoutError" });
});
