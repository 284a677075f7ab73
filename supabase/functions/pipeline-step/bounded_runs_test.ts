import assert from "node:assert/strict";
import { boundRuns } from "./bounded_runs.ts";

const RING = { answersBell: true };
const HTTP_RING = { answersBell: false };

/** Runs that end when they are told to. */
function runs(most: number) {
  const started: { answersBell: boolean; end: () => void; fail: (error: Error) => void }[] = [];
  const answered: string[] = [];
  const start = boundRuns((by) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    started.push({ ...by, end: resolve, fail: reject });
    return promise;
  }, { most, answer: () => Promise.resolve(void answered.push("answered")) });
  return { started, answered, start };
}

Deno.test("each ring starts a run while there is room", () => {
  const { started, answered, start } = runs(2);
  start(RING);
  start(HTTP_RING);
  start(RING);

  assert.deepEqual(started.map(({ answersBell }) => answersBell), [true, false]);
  assert.deepEqual(answered, ["answered"]);
});

Deno.test("a bell over HTTP without room answers no ring of the database's", async () => {
  const { answered, start } = runs(1);
  start(RING);
  await start(HTTP_RING);

  assert.deepEqual(answered, []);
});

Deno.test("rings without room get one run after the next that ends", async () => {
  const { started, start } = runs(1);
  const first = start(RING);
  await start(RING);
  await start(RING);
  started[0]?.end();
  started[0]?.end();
  await Promise.resolve().then(() => {}).then(() => {});

  assert.deepEqual(started.map(({ answersBell }) => answersBell), [true, false]);
  started[1]?.end();
  await first;
});

Deno.test("a run that fails makes room, and what waited for it begins", async () => {
  const { started, start } = runs(1);
  const first = start(RING);
  await start(RING);
  started[0]?.fail(new Error("away"));
  await Promise.resolve().then(() => {}).then(() => {});

  assert.equal(started.length, 2);
  started[1]?.end();
  await assert.rejects(first, /away/);
});
