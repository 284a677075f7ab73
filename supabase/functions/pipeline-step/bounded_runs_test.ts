import assert from "node:assert/strict";
import { boundRuns } from "./bounded_runs.ts";

const RING = { answersBell: true };
const HTTP_RING = { answersBell: false };

/** Runs that end when they are told to. */
function runs(most: number) {
  const started: { answersBell: boolean; end: () => void }[] = [];
  const bounded = boundRuns((by) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    started.push({ ...by, end: resolve });
    return promise;
  }, most);
  return { started, ...bounded };
}

Deno.test("each ring starts a run while there is room", () => {
  const { started, start } = runs(2);
  start(RING);
  start(HTTP_RING);
  start(RING);

  assert.deepEqual(started.map(({ answersBell }) => answersBell), [true, false]);
});

Deno.test("a ring without room is answered by the next claim of any run, once", () => {
  const { started, start, answersBell } = runs(1);
  start(RING);
  start(RING);

  assert.equal(answersBell(false), true);
  assert.equal(answersBell(false), false);
  assert.equal(started.length, 1);
});

Deno.test("a bell over HTTP without room has no claim answer for the database's", () => {
  const { start, answersBell } = runs(1);
  start(RING);
  start(HTTP_RING);

  assert.equal(answersBell(false), false);
  assert.equal(answersBell(true), true);
});

Deno.test("a ring that no claim answered gets a run of its own after the others", async () => {
  const { started, start } = runs(1);
  const first = start(RING);
  await start(RING);
  started[0]?.end();
  await Promise.resolve().then(() => {}).then(() => {});

  assert.equal(started.length, 2);
  assert.equal(started[1]?.answersBell, true);
  started[1]?.end();
  await first;
});

Deno.test("a run that fails makes room for the next", async () => {
  const bounded = boundRuns(() => Promise.reject(new Error("away")), 1);

  await assert.rejects(bounded.start(RING), /away/);
  await assert.rejects(bounded.start(RING), /away/);
});
