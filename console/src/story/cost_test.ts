import assert from "node:assert/strict";
import { costOf } from "./cost.ts";
import { anAttempt, aStep } from "./story_fixture.ts";

Deno.test("a film costs what providers say, else the estimate; what they refused costs nothing", () => {
  const attempts = [
    anAttempt({ request_id: "r1", actual_cost_usd: 0.5, estimated_cost_usd: 0.35 }),
    anAttempt({ request_id: "r2", estimated_cost_usd: 0.25 }),
    anAttempt({ status: "failed", estimated_cost_usd: 0.25 }),
    anAttempt({ request_id: "r3" }),
    anAttempt(),
  ];
  const givenUp = aStep({ kind: "cancel_request", attempts: [anAttempt({ request_id: "r4" })] });

  assert.deepEqual(costOf({ steps: [aStep({ attempts }), givenUp] }), { usd: 0.75, unpriced: 1 });
});
