import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import type { StepProvider } from "../_shared/provider.ts";
import { type Call, delivery, fakeDatabase, fakeProvider, step } from "./fixture.ts";
import { perform, type Work } from "./perform.ts";

const SUBMISSION = { request_id: "req_1", status_url: null, response_url: null, cancel_url: null };
const RESULT = {
  status_code: 200,
  error: null,
  duration_ms: 5,
  response_excerpt: "",
  retry_after: null,
};

type Answers = Parameters<typeof fakeDatabase>[0];

/** Performs one piece with a provider named fal, and gives back what was recorded and logged. */
async function performed(
  work: Work,
  methods: Partial<StepProvider> | null,
  answers: Answers = {},
): Promise<{ calls: Call[]; slept: number[]; logged: unknown[] }> {
  const db = fakeDatabase({
    record_submission: () => "applied",
    record_answer: () => "applied",
    record_delivery: () => "applied",
    ...answers,
  });
  const provider = methods && fakeProvider(methods);
  const slept: number[] = [];
  const logged: unknown[] = [];
  await perform({
    db,
    providers: { steps: {}, announced: [], byName: (name) => name === "fal" ? provider : null },
    send: () => Promise.resolve(RESULT),
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
    inTurn: (work) => work(),
    log: (event, fields) => logged.push([event, fields]),
  }, work);
  return { calls: db.calls, slept, logged };
}

function recorded({ calls }: { calls: Call[] }): unknown[] {
  return calls.map(({ name, args }) => [
    name,
    args.p_submission ?? args.p_answer ?? args.p_result,
  ]);
}

function found(...ids: string[]): Partial<StepProvider> {
  const submissions = ids.map((request_id) => ({ ...SUBMISSION, request_id }));
  return { find: () => Promise.resolve({ state: "found", submissions }) };
}

Deno.test("what the provider accepted is recorded as a submission, under the claim", async () => {
  const done = await performed(step("1"), {
    submit: () => Promise.resolve({ state: "accepted", submission: SUBMISSION }),
  });

  assert.deepEqual(done.calls, [{
    name: "record_submission",
    args: {
      p_step_id: "step_1",
      p_claim_token: "claim_1",
      p_attempt_id: "att_1",
      p_submission: SUBMISSION,
    },
  }]);
});

const ANNOUNCED = step("1", { attempt: { ...step("1").attempt, announce: true } });

Deno.test("a call that would be paid twice is announced before it is made", async () => {
  const order: string[] = [];
  const done = await performed(ANNOUNCED, {
    async submit(_work, announce) {
      order.push("made ready");
      await announce?.();
      order.push("called");
      return { state: "accepted", submission: SUBMISSION };
    },
  }, { announce_call: () => order.push("announced") && "applied" });

  assert.deepEqual(order, ["made ready", "announced", "called"]);
  assert.deepEqual(done.calls[0], {
    name: "announce_call",
    args: { p_step_id: "step_1", p_claim_token: "claim_1", p_attempt_id: "att_1" },
  });
});

Deno.test("a call whose claim is over, or that cannot be announced, is not made", async () => {
  const announced: Partial<StepProvider> = {
    async submit(_work, announce) {
      await announce?.();
      throw new Error("It was called");
    },
  };
  const withdraw_call = () => "applied";
  const stale = await performed(ANNOUNCED, announced, {
    announce_call: () => "stale",
    withdraw_call,
  });
  assert.deepEqual(stale.calls[1], {
    name: "withdraw_call",
    args: { p_step_id: "step_1", p_attempt_id: "att_1" },
  });
  assert.equal(stale.calls.length, 2);
  assert.match(JSON.stringify(stale.logged), /call\.not_made.*att_1/);

  for (const [code, away] of [["", true], ["PGRST202", false]] as const) {
    const announce_call = () => {
      throw new DatabaseError("Cannot call announce_call", code, away);
    };
    const done = await performed(ANNOUNCED, announced, { announce_call, withdraw_call });
    assert.equal(done.calls.at(-1)?.name, "withdraw_call");
  }
});

Deno.test("an announcement whose answer was lost is made again, and then the call", async () => {
  let left = 1;
  const done = await performed(ANNOUNCED, {
    async submit(_work, announce) {
      await announce?.();
      return { state: "accepted", submission: SUBMISSION };
    },
  }, {
    announce_call() {
      if (left-- > 0) throw new DatabaseError("Cannot call announce_call", "", true);
      return "applied";
    },
  });

  assert.deepEqual(done.calls.map(({ name }) => name), [
    "announce_call",
    "announce_call",
    "record_submission",
  ]);
});

Deno.test("what it refused, or left open, is recorded as an answer", async () => {
  const answers = [
    { state: "failed", error: { message: "No face", retryable: false } },
    { state: "lost", message: "no answer" },
  ] as const;
  for (const answer of answers) {
    const done = await performed(step("1"), { submit: () => Promise.resolve(answer) });

    assert.deepEqual(recorded(done), [["record_answer", answer]]);
  }
});

Deno.test("a request id is not lost to a database that is away for a moment", async () => {
  let left = 3;
  const done = await performed(
    step("1"),
    { submit: () => Promise.resolve({ state: "accepted", submission: SUBMISSION }) },
    {
      record_submission() {
        if (left-- > 0) throw new DatabaseError("Cannot call", "", true);
        return "applied";
      },
    },
  );

  assert.equal(done.calls.length, 4);
  assert.deepEqual(done.slept, [200, 1000, 3000]);
});

Deno.test("what was undone for another's sake, or waited too long for one, is recorded again", async () => {
  for (const code of ["40P01", "40001", "55P03"]) {
    let left = 1;
    const done = await performed(
      step("1"),
      { submit: () => Promise.resolve({ state: "accepted", submission: SUBMISSION }) },
      {
        record_submission() {
          if (left-- > 0) throw new DatabaseError("Cannot call", code, false);
          return "applied";
        },
      },
    );

    assert.deepEqual([done.calls.length, done.slept], [2, [200]], code);
  }
});

Deno.test("a database that refuses is not asked twice, and the log has the request id", async () => {
  let calls = 0;
  const logged: unknown[] = [];
  const db = fakeDatabase({
    record_submission() {
      calls++;
      throw new DatabaseError("Cannot call", "P0001", false);
    },
  });
  const provider = fakeProvider({
    submit: () => Promise.resolve({ state: "accepted", submission: SUBMISSION }),
  });

  await assert.rejects(
    perform({
      db,
      providers: { steps: {}, announced: [], byName: () => provider },
      send: () => Promise.resolve(RESULT),
      sleep: () => Promise.resolve(),
      inTurn: (work) => work(),
      log: (event, fields) => logged.push([event, fields?.request_id]),
    }, step("1")),
    DatabaseError,
  );
  assert.equal(calls, 1);
  assert.deepEqual(logged, [["submission.unrecorded", "req_1"]]);
});

Deno.test("asking records what was learnt", async () => {
  const done = await performed(step("1", { mode: "ask" }), {
    ask: () => Promise.resolve({ state: "in_progress" }),
  });

  assert.deepEqual(recorded(done), [["record_answer", { state: "in_progress" }]]);
});

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

Deno.test("a cancellation goes to the provider that has the request", async () => {
  const input = {
    attempt_id: "att_0",
    provider: "fal",
    request_id: "req_1",
    cancel_url: "u",
    model: null,
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
    { state: "unreachable", message },
    { state: "lost", message, unasked: true },
  ]);
});

Deno.test("a delivery's result is recorded under its claim", async () => {
  const done = await performed(delivery("1"), null);

  assert.deepEqual(done.calls, [{
    name: "record_delivery",
    args: { p_delivery_id: "del_1", p_claim_token: "claim_1", p_result: RESULT },
  }]);
});
