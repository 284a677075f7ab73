import assert from "node:assert/strict";
import { step } from "./fixture.ts";
import { due, NOTHING, run, START } from "./run_fixture.ts";
import { runWork } from "./run_work.ts";

Deno.test("a run stays a little after its last piece, and does what becomes due meanwhile", async () => {
  const { seen, deps } = run([due(step("1")), NOTHING, NOTHING, due(step("2"))]);

  await runWork(deps, { answersBell: true });

  assert.deepEqual(seen.performed, ["step_1", "step_2"]);
  assert.ok(seen.slept.length > 20, `it slept ${seen.slept.length} times`);
  assert.ok(seen.slept.every((ms) => ms === 50));
  assert.deepEqual(seen.rings, []);
});

Deno.test("one run an isolate stays: the others go when nothing is due", async () => {
  const { seen, deps } = run([due(step("1"))]);

  await runWork({ ...deps, startWatch: () => null }, { answersBell: true });

  assert.deepEqual(seen.performed, ["step_1"]);
  assert.equal(seen.now, START);
});

Deno.test("a run that found nothing does not stay", async () => {
  const { seen, deps } = run([]);

  await runWork(deps, { answersBell: true });

  assert.equal(seen.claims.length, 1);
  assert.deepEqual(seen.slept, []);
});

Deno.test("a run that waits for a long piece alone leaves the watch to others", async () => {
  const long = Promise.withResolvers<void>();
  const { seen, deps } = run([due(step("1"))], {
    perform: () => long.promise,
    startWatch: () => () => {
      ended.push(seen.now - START);
      long.resolve();
    },
  });
  const ended: number[] = [];

  await runWork(deps, { answersBell: true });

  assert.equal(ended[0], 1200);
  assert.deepEqual(seen.rings, []);
});

Deno.test("where the clock went back, a run does not stay until it has caught up", async () => {
  const { seen, deps } = run([due(step("1"))]);
  const { claim } = deps;

  await runWork({
    ...deps,
    claim(by) {
      if (seen.claims.length === 4) seen.now -= 60_000;
      return claim(by);
    },
  }, { answersBell: true });

  assert.ok(seen.claims.length < 10, `it looked ${seen.claims.length} times`);
});
