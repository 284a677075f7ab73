import assert from "node:assert/strict";
import { waitUntil } from "./wait_until.ts";

Deno.test("work is handed to EdgeRuntime.waitUntil where the runtime has it", async () => {
  const handed: Promise<unknown>[] = [];
  const work = Promise.resolve("done");

  waitUntil(work, {
    EdgeRuntime: { waitUntil: (promise: Promise<unknown>) => handed.push(promise) },
  });

  assert.deepEqual(handed, [work]);
  await work;
});

Deno.test("without EdgeRuntime work goes on, and its failure is not raised a second time", async () => {
  const work = Promise.reject(new Error("broken"));

  waitUntil(work, {});

  await assert.rejects(work, /broken/);
});
