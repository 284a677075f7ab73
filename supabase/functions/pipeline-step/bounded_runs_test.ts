import assert from "node:assert/strict";
import { boundRuns } from "./bounded_runs.ts";

const RING = { answersBell: true };
const HTTP_RING = { answersBell: false };

/** Runs that end when they are told to. */
function runs(most: number) {
  const started: { answersBell: boolean; end: () => void; fail: (error: Error) => void }[] = [];
  const answered: string[] = [];
  const passed: string[] = [];
  let arrives = () => Promise.resolve();
  const start = boundRuns((by) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    started.push({ ...by, end: resolve, fail: reject });
    return promise;
  }, {
    most,
    pass: () => passed.push("passed"),
    answer() {
      answered.push("answered");
      return arrives();
    },
  });
  return {
    started,
    answered,
    passed,
    start,
    answerBy: (way: () => Promise<void>) => arrives = way,
  };
}

Deno.test("each ring starts a run while there is room", () => {
  const { started, answered, start } = runs(2);
  start(RING);
  start(HTTP_RING);
  start(RING);

  assert.deepEqual(started.map(({ answersBell }) => answersBell), [true, false]);
  assert.deepEqual(answered, ["answered"]);
});

Deno.test("a ring without room is passed to those that run already, whoever rang", async () => {
  const { passed, start } = runs(1);
  start(RING);
  assert.deepEqual(passed, []);
  await start(RING);
  await start(HTTP_RING);

  assert.deepEqual(passed, ["passed", "passed"]);
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

Deno.test("rings that come while one is being answered are answered together, after it", async () => {
  const { answered, start, answerBy } = runs(1);
  const { promise: underWay, resolve: arrive } = Promise.withResolvers<void>();
  answerBy(() => underWay);
  start(RING);
  const answering = start(RING);
  await start(RING);
  await start(RING);

  assert.deepEqual(answered, ["answered"]);
  arrive();
  await answering;
  assert.deepEqual(answered, ["answered", "answered"]);
});

Deno.test("an answer that does not arrive fails, and the next ring is answered", async () => {
  const { answered, start, answerBy } = runs(1);
  answerBy(() => Promise.reject(new Error("away")));
  start(RING);
  await assert.rejects(start(RING), /away/);
  answerBy(() => Promise.resolve());
  await start(RING);

  assert.deepEqual(answered, ["answered", "answered"]);
});
