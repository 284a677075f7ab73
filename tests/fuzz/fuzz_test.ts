import assert from "node:assert/strict";
import { startFuzzStack } from "./fuzz_stack.ts";
import { fuzz } from "./run.ts";

/** `deno task test:fuzz --seed N --runs N` sends others, and more. */
const SEED = 20_261_122;
const RUNS = 600;

Deno.test("no generated request makes a door fail, hang, or change anything unsigned", async () => {
  const world = await startFuzzStack();
  try {
    const { faults, sent, counts } = await fuzz(world, { seed: SEED, runs: RUNS });

    assert.deepEqual(
      faults.map(({ fault, request }) => `${fault}: ${JSON.stringify(request)}`),
      [],
    );
    assert.equal(sent, RUNS);
    // It would prove nothing if all of it were refused, or none.
    const answers = [...counts.values()].flatMap((answers) => [...answers.keys()]);
    for (const answer of ["401 Invalid signature", "400 Invalid request", "200 buffered", "202"]) {
      assert.ok(answers.includes(answer), answer);
    }
  } finally {
    await world.stop();
  }
});
