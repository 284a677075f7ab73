import assert from "node:assert/strict";
import fc from "fast-check";
import { changeProject } from "../functions/_shared/management.ts";
import {
  announceCall,
  type Answer,
  recordAnswer,
  type StepWork,
  withdrawCall,
} from "../functions/_shared/transitions/steps.ts";
import type { Given } from "./given.ts";
import {
  about,
  announceVerdict,
  answerVerdict,
  byClaim,
  callbackOutcome,
  type Change,
  NOTHING,
  submissionVerdict,
  withdrawVerdict,
  wrongWork,
} from "./machine_rules.ts";
import { FINAL } from "./machine_state.ts";
import { Command, type Deed, type Model, pick } from "./model.ts";
import { callback, claim, moveClock, outputOf, requestOf, submit } from "./verbs.ts";

const BROKE = "It broke";
const HARMLESS: readonly string[] = ["store_film", "cancel_request"];

const isOutside = ({ step }: StepWork) => !HARMLESS.includes(step);
const wasTaken = ({ taken }: Model, { step_id, attempt }: StepWork) =>
  taken.get(step_id)?.has(attempt.attempt_id) ?? false;

/** On one of the works handed out so far; `guard` says whether anybody could do it. */
function onWork(
  name: string,
  guard: (model: Model, work: StepWork) => boolean,
  deed: (work: StepWork, ...rest: Parameters<Deed>) => Promise<Change>,
): fc.Arbitrary<Command> {
  return fc.nat({ max: 30 }).map((which) =>
    new Command(`${name} ${which}`, async (model, given, before) => {
      const work = pick(model, which);
      return guard(model, work) ? await deed(work, model, given, before) : NOTHING;
    })
  );
}

const order = fc.record({
  scenes: fc.array(fc.constantFrom("last_frame" as const, "cut" as const), {
    minLength: 1,
    maxLength: 3,
  }),
  clips: fc.integer({ min: 1, max: 2 }),
}).map((job) =>
  new Command(`order ${JSON.stringify(job)}`, async (_model, { aProject }) => {
    await aProject(job);
    return NOTHING;
  }, false)
);

const claims = fc.record({ limit: fc.integer({ min: 1, max: 4 }), announces: fc.boolean() })
  .map(({ limit, announces }) =>
    new Command(
      `claim ${limit}${announces ? " announcing" : ""}`,
      async (model, { db }, before) => {
        const works = await claim(db, { limit, announced: announces ? ["fal"] : [] });
        model.works.push(...works);
        assert.deepEqual(wrongWork(before, works), []);
        return byClaim(before);
      },
      false,
    )
  );

const time = fc.constantFrom(1, 16, 61, 91, 301, 601, 3600, 86_401).map((seconds) =>
  new Command(`wait ${seconds}`, async (_model, { sql }) => {
    await moveClock(sql, seconds);
    return NOTHING;
  }, false)
);

const sweep = fc.constant(
  new Command("sweep", async (_model, { sql }) => {
    await sql`select private.sweep()`;
    return NOTHING;
  }, false),
);

const announce = onWork(
  "announce",
  (_model, { mode, attempt }) => mode === "start" && attempt.announce === true,
  async (work, model, { db }, { attempts }) => {
    const verdict = await announceCall(db, work);
    assert.equal(verdict, announceVerdict(attempts.get(work.attempt.attempt_id), work));
    if (verdict === "applied") model.announced.add(work.claim_token);
    return NOTHING;
  },
);

const withdraw = onWork(
  "withdraw",
  ({ spent }, { mode, attempt, claim_token }) =>
    mode === "start" && attempt.announce === true && !spent.has(claim_token),
  async (work, { spent }, { db }, { attempts }) => {
    spent.add(work.claim_token);
    const expected = withdrawVerdict(attempts.get(work.attempt.attempt_id));
    assert.equal(await withdrawCall(db, work), expected);
    return about(work);
  },
);

/** A runner calls as it may: once, announced where that was asked for. */
const call = onWork(
  "call",
  ({ announced, spent }, work) =>
    work.mode === "start" && isOutside(work) && !spent.has(work.claim_token) &&
    (!work.attempt.announce || announced.has(work.claim_token)),
  ({ step_id, attempt, claim_token }, { spent, taken }) => {
    spent.add(claim_token);
    taken.set(step_id, (taken.get(step_id) ?? new Set()).add(attempt.attempt_id));
    return Promise.resolve(NOTHING);
  },
);

const record = onWork(
  "record",
  (model, work) => wasTaken(model, work) && work.mode !== "ask",
  async (work, _model, { db }, { attempts }) => {
    const expected = submissionVerdict(
      attempts.get(work.attempt.attempt_id),
      work,
      requestOf(work),
    );
    assert.equal(await submit(db, work), expected);
    return about(work);
  },
);

function callbacks(name: string, state: "completed" | "failed", retryable: boolean) {
  return onWork(name, wasTaken, async (work, { refused }, { db }, { attempts }) => {
    const attempt = attempts.get(work.attempt.attempt_id);
    const error = state === "failed" ? { message: BROKE, retryable } : null;
    const { outcome } = await callback(db, work, {
      delivery_id: crypto.randomUUID(),
      result: { state, error },
    });
    assert.equal(outcome, callbackOutcome(attempt, state));
    if (state === "failed" && outcome === "applied") refused.add(work.attempt.attempt_id);
    return about(work);
  });
}

const progress = onWork("progress", wasTaken, async (work, _model, { db }, { attempts }) => {
  const { outcome } = await callback(db, work, {
    delivery_id: crypto.randomUUID(),
    result: { state: "in_progress", progress: 50 },
  });
  assert.equal(outcome, callbackOutcome(attempts.get(work.attempt.attempt_id), "in_progress"));
  return about(work);
});

function answers(
  name: string,
  guard: (model: Model, work: StepWork) => boolean,
  answerOf: (work: StepWork) => Answer,
) {
  return onWork(name, guard, async (work, model, { db }, { attempts }) => {
    const answer = answerOf(work);
    const expected = answerVerdict(attempts.get(work.attempt.attempt_id), work);
    model.spent.add(work.claim_token);
    assert.equal(await recordAnswer(db, work, answer), expected);
    if (answer.state === "failed") model.refused.add(work.attempt.attempt_id);
    return about(work);
  });
}

const done = (work: StepWork): Answer => ({ state: "completed", output: outputOf(work) });
const broke = (): Answer => ({ state: "failed", error: { message: BROKE, retryable: true } });

function verbs(verb: "cancel" | "pause" | "resume") {
  return onWork(verb, () => true, async ({ project_id: projectId }, _model, given, before) => {
    const status = before.films.get(projectId) ?? "";
    const refuses = verb === "cancel"
      ? ["completed", "failed"].includes(status)
      : FINAL.includes(status);
    const work = changeProject(given.db, verb, { projectId, reason: null });
    if (refuses) await assert.rejects(work, new RegExp(`it is ${status}, and only`));
    else await work;
    return { attempts: new Set(), films: new Set([projectId]) };
  });
}

/** Everything that can be done to the machine; what happens often in life happens often here. */
export const COMMANDS: fc.Arbitrary<Command>[] = [
  order,
  ...Array(6).fill(claims),
  ...Array(3).fill(time),
  sweep,
  ...Array(3).fill(announce),
  withdraw,
  ...Array(4).fill(call),
  ...Array(4).fill(record),
  ...Array(4).fill(callbacks("done", "completed", false)),
  callbacks("failed, can pass", "failed", true),
  callbacks("failed for good", "failed", false),
  progress,
  ...Array(2).fill(
    answers(
      "answer done",
      (model, work) => wasTaken(model, work) ? work.mode === "ask" : !isOutside(work),
      done,
    ),
  ),
  answers("answer broke", (model, work) => work.mode === "start" && !wasTaken(model, work), broke),
  answers("answer lost", (_model, work) => isOutside(work) && work.mode === "lookup", () => ({
    state: "lost",
    message: "It is not listed",
  })),
  answers("answer unreachable", (_model, work) => work.mode === "ask", () => ({
    state: "unreachable",
    message: "HTTP 502",
  })),
  verbs("cancel"),
  verbs("pause"),
  verbs("resume"),
];
