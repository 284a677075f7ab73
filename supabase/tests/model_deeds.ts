import assert from "node:assert/strict";
import fc from "fast-check";
import {
  announceCall,
  type Answer,
  recordAnswer,
  type StepWork,
  withdrawCall,
} from "../functions/_shared/transitions/steps.ts";
import {
  about,
  announceVerdict,
  answerVerdict,
  callbackOutcome,
  type Change,
  NOTHING,
  submissionVerdict,
  withdrawVerdict,
} from "./machine_rules.ts";
import { Command, type Deed, type Model, pick } from "./model.ts";
import { callback, isDoneHere, outputOf, requestOf, submit } from "./verbs.ts";

/* What runners and the provider do about one piece of work: early, late, twice, out of turn. */

const BROKE = "It broke";

export const isOutside = (work: StepWork) => !isDoneHere(work);
export const wasTaken = ({ taken }: Model, { step_id, attempt }: StepWork) =>
  taken.get(step_id)?.has(attempt.attempt_id) ?? false;

/** On one of the works handed out so far; `guard` says whether anybody could do it. */
export function onWork(
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

/** Steps that are claimed together share a token. */
function claimOf({ step_id, claim_token }: StepWork): string {
  return `${step_id} ${claim_token}`;
}

export const announce = onWork(
  "announce",
  (_model, { mode, attempt }) => mode === "start" && attempt.announce === true,
  async (work, model, { db }, { attempts }) => {
    const verdict = await announceCall(db, work);
    assert.equal(verdict, announceVerdict(attempts.get(work.attempt.attempt_id), work));
    if (verdict === "applied") model.announced.add(claimOf(work));
    return NOTHING;
  },
);

export const withdraw = onWork(
  "withdraw",
  ({ spent }, work) =>
    work.mode === "start" && work.attempt.announce === true && !spent.has(claimOf(work)),
  async (work, { spent }, { db }, { attempts }) => {
    spent.add(claimOf(work));
    const expected = withdrawVerdict(attempts.get(work.attempt.attempt_id));
    assert.equal(await withdrawCall(db, work), expected);
    return about(work);
  },
);

/** A runner calls as it may: once, announced where that was asked for. */
export const call = onWork(
  "call",
  ({ announced, spent }, work) =>
    work.mode === "start" && isOutside(work) && !spent.has(claimOf(work)) &&
    (!work.attempt.announce || announced.has(claimOf(work))),
  (work, { spent, taken }) => {
    const { step_id, attempt } = work;
    spent.add(claimOf(work));
    taken.set(step_id, (taken.get(step_id) ?? new Set()).add(attempt.attempt_id));
    return Promise.resolve(NOTHING);
  },
);

export const record = onWork(
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

export function callbacks(name: string, state: "completed" | "failed", retryable: boolean) {
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

export const progress = onWork("progress", wasTaken, async (work, _model, { db }, { attempts }) => {
  const { outcome } = await callback(db, work, {
    delivery_id: crypto.randomUUID(),
    result: { state: "in_progress", progress: 50 },
  });
  assert.equal(outcome, callbackOutcome(attempts.get(work.attempt.attempt_id), "in_progress"));
  return about(work);
});

export function answers(
  name: string,
  guard: (model: Model, work: StepWork) => boolean,
  answerOf: (work: StepWork) => Answer,
) {
  return onWork(name, guard, async (work, model, { db }, { attempts }) => {
    const answer = answerOf(work);
    const expected = answerVerdict(attempts.get(work.attempt.attempt_id), work);
    model.spent.add(claimOf(work));
    assert.equal(await recordAnswer(db, work, answer), expected);
    if (answer.state === "failed") model.refused.add(work.attempt.attempt_id);
    return about(work);
  });
}

export const done = (work: StepWork): Answer => ({ state: "completed", output: outputOf(work) });
export const broke = (): Answer => ({
  state: "failed",
  error: { message: BROKE, retryable: true },
});
