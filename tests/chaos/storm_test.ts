import assert from "node:assert/strict";
import { FAULTS, readFaults } from "../../chaos/fault_kinds.ts";
import { describeOutcome, isKept } from "../../chaos/report.ts";
import { runChaos } from "../../chaos/run.ts";

const FILMS = 28;
/** A fault of one step may be planned for a film that ends before it. */
const MOST_MISSED = 4;

Deno.test("many films at once, every fault: none is lost, stuck, paid twice or told twice", async () => {
  const outcome = await runChaos({ films: FILMS, seed: 1, faults: readFaults("all") });

  assert.ok(isKept(outcome), describeOutcome(outcome));
  const missed = Object.keys(FAULTS).filter((kind) => !outcome.given.has(kind));
  assert.ok(missed.length <= MOST_MISSED, `${missed} did not happen`);
});
