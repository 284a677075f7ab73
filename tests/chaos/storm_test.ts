import assert from "node:assert/strict";
import { readFaults } from "../../chaos/fault_kinds.ts";
import { describeOutcome, isKept } from "../../chaos/report.ts";
import { runChaos } from "../../chaos/run.ts";

Deno.test("forty films, every fault: none is lost, stuck, paid twice or told twice", async () => {
  const outcome = await runChaos({ films: 40, seed: 1, faults: readFaults("all") });

  assert.ok(isKept(outcome), describeOutcome(outcome));
  assert.ok(outcome.given.size >= 18, `faults of ${outcome.given.size} kinds were given`);
});
