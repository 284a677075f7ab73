import assert from "node:assert/strict";
import { step } from "./fixture.ts";
import { deafUntil, due, idOf, run, START } from "./run_fixture.ts";
import { runWork } from "./run_work.ts";

Deno.test("while the bell is deaf a run wakes when the next work is due, and at least every 5 s", async () => {
  const { seen, deps } = run([
    deafUntil(START + 700),
    { ...due(step("1")), deaf: true },
    deafUntil(START + 60_000),
    deafUntil(START - 1),
    deafUntil(null),
  ]);

  await runWork(deps, { answersBell: true });

  assert.deepEqual(seen.performed, ["step_1"]);
  assert.deepEqual(seen.slept, [700, 5000, 250]);
  assert.deepEqual(seen.rings, [], "nothing is open any more");
});

Deno.test("at the end of its time a run on watch rings past the deaf bell, its watch given back", async () => {
  const order: string[] = [];
  const { seen, deps } = run([], {
    claim: () => Promise.resolve(deafUntil(START + 3_600_000)),
    startWatch: () => () => order.push("watch ends"),
    ring: ({ deaf }) => Promise.resolve(void order.push(`ring, deaf: ${deaf}`)),
  });

  await runWork(deps, { answersBell: false });

  assert.equal(seen.slept.reduce((sum, ms) => sum + ms), 100_000);
  assert.deepEqual(order, ["watch ends", "ring, deaf: true"]);
});

Deno.test("one run an isolate is enough on watch: another ends when nothing is due", async () => {
  const { seen, deps } = run([deafUntil(START + 700)], { startWatch: () => null });

  await runWork(deps, { answersBell: false });

  assert.deepEqual(seen.slept, []);
  assert.deepEqual(seen.rings, []);
});

Deno.test("while deaf, a slow piece does not keep a run from what becomes due meanwhile", async () => {
  const slow = Promise.withResolvers<void>();
  const { seen, deps } = run([
    { ...due(step("slow")), deaf: true },
    deafUntil(START + 300),
    { ...due(step("2")), deaf: true },
  ]);
  const quick = deps.perform;

  await runWork({
    ...deps,
    async perform(work) {
      if (idOf(work) === "step_slow") await slow.promise;
      await quick(work);
      slow.resolve();
    },
  }, { answersBell: true });

  assert.deepEqual(seen.performed, ["step_2", "step_slow"]);
});

Deno.test("while deaf, a run without a free slot leaves the watch to others until it has one", async () => {
  const slow = Promise.withResolvers<void>();
  const { seen, deps } = run([
    deafUntil(START + 300),
    { ...due(step("1"), step("2")), deaf: true },
  ], {
    budget: { pieces: 100, time: 100_000, inFlight: 2 },
    perform: () => slow.promise,
    startWatch: () => () => {
      ended.push(seen.now - START);
      slow.resolve();
    },
  });
  const ended: number[] = [];

  await runWork(deps, { answersBell: false });

  assert.equal(ended[0], 300);
});
