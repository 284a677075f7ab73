import assert from "node:assert/strict";
import type { StepProvider } from "../_shared/provider.ts";
import { step } from "./fixture.ts";
import { performed, recorded, SUBMISSION } from "./perform_fixture.ts";

Deno.test("a look-up adopts the first request that no other attempt owns", async () => {
  const done = await performed(
    step("1", { mode: "lookup" }),
    found("taken", "ours", "later"),
    {
      record_submission: ({ p_submission }) =>
        JSON.stringify(p_submission).includes("taken") ? "stale" : "applied",
    },
  );

  assert.deepEqual(recorded(done), [
    ["record_submission", { ...SUBMISSION, request_id: "taken" }],
    ["record_submission", { ...SUBMISSION, request_id: "ours" }],
  ]);
});

Deno.test("a look-up that finds nothing of ours stays lost, and never submits", async () => {
  const message = "Every request with this input belongs to another attempt";
  const none = await performed(step("1", { mode: "lookup" }), found("taken"), {
    record_submission: () => "stale",
  });
  assert.deepEqual(recorded(none)[1], ["record_answer", { state: "lost", message }]);

  for (const [state, more] of [["lost", {}], ["unreachable", { unasked: true }]] as const) {
    const done = await performed(step("1", { mode: "lookup" }), {
      find: () => Promise.resolve({ state, message: "why" }),
    });
    const answer = { state: "lost", message: "why", ...more };
    assert.deepEqual(recorded(done), [["record_answer", answer]]);
  }
});

function found(...ids: string[]): Partial<StepProvider> {
  const submissions = ids.map((request_id) => ({ ...SUBMISSION, request_id }));
  return { find: () => Promise.resolve({ state: "found", submissions }) };
}
