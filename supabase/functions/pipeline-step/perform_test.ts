import assert from "node:assert/strict";
import { delivery, step } from "./fixture.ts";
import { performed, recorded, RESULT } from "./perform_fixture.ts";

Deno.test("asking records what was learnt", async () => {
  const done = await performed(step("1", { mode: "ask" }), {
    ask: () => Promise.resolve({ state: "in_progress" }),
  });

  assert.deepEqual(recorded(done), [["record_answer", { state: "in_progress" }]]);
});

Deno.test("a cancellation goes to the provider that has the request", async () => {
  const input = {
    attempt_id: "att_0",
    provider: "fal",
    request_id: "req_1",
    cancel_url: "u",
    model: null,
    about: { scene_id: null, project_id: "proj_1" },
  };
  const work = step("1", { step: "cancel_request" });
  const asked: unknown[] = [];
  const done = await performed({ ...work, attempt: { ...work.attempt, input } }, {
    cancel(request) {
      asked.push(request);
      return Promise.resolve({ state: "completed", output: {} });
    },
  });

  const { attempt_id: _, ...request } = input;
  assert.deepEqual(asked, [request]);
  assert.deepEqual(recorded(done), [["record_answer", { state: "completed", output: {} }]]);
});

Deno.test("work of a provider that is no longer configured says so, and is not given up as refused", async () => {
  const states = [];
  for (const mode of ["start", "ask", "lookup"] as const) {
    const { calls } = await performed(step("1", { mode }), null);
    states.push(calls[0]?.args.p_answer);
  }

  const message = 'Cannot reach provider "fal": it is not configured';
  assert.deepEqual(states, [
    { state: "failed", error: { message, retryable: true } },
    { state: "unreachable", message, away: true },
    { state: "lost", message, unasked: true, away: true },
  ]);
});

Deno.test("a delivery's result is recorded under its claim", async () => {
  const done = await performed(delivery("1"), null);

  assert.deepEqual(done.calls, [{
    name: "record_delivery",
    args: { p_delivery_id: "del_1", p_claim_token: "claim_1", p_result: RESULT },
  }]);
});
