import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import type { StepProvider } from "../_shared/provider.ts";
import { fakeDatabase, fakeProvider, step } from "./fixture.ts";
import { perform } from "./perform.ts";
import { performed, recorded, RESULT, SUBMISSION } from "./perform_fixture.ts";

const ANNOUNCED = step("1", { attempt: { ...step("1").attempt, announce: true } });

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
