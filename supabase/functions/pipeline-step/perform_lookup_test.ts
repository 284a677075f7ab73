import assert from "node:assert/strict";
import type { Found, StepProvider } from "../_shared/provider.ts";
import type { Answer } from "../_shared/transitions/steps.ts";
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

  const lost = { state: "lost", message: "why" } as const;
  const unreachable = { state: "unreachable", message: "why" } as const;
  const answers: [Found, Answer][] = [
    [lost, lost],
    [unreachable, { ...lost, unasked: true }],
    [{ ...unreachable, away: true }, { ...lost, unasked: true, away: true }],
  ];
  for (const [answer, told] of answers) {
    const done = await performed(step("1", { mode: "lookup" }), {
      find: () => Promise.resolve(answer),
    });
    assert.deepEqual(recorded(done), [["record_answer", told]]);
  }
});

function found(...ids: string[]): Partial<StepProvider> {
  const submissions = ids.map((request_id) => ({ ...SUBMISSION, request_id }));
  return { find: () => Promise.resolve({ state: "found", submissions }) };
}
