import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { type AttemptState, FINAL, type MachineState } from "./machine_state.ts";

/*
 * The model of the machine: from what it is and what is done to it follows what it answers, and what
 * alone may have changed afterwards. It knows nothing of how the SQL does it.
 */

const OPEN: readonly string[] = ["created", "submitted", "in_progress", "lost"];
const HARMLESS: readonly string[] = ["store_film", "cancel_request"];

export function isOpen({ status }: AttemptState): boolean {
  return OPEN.includes(status);
}

function holdsClaim(attempt: AttemptState, work: StepWork): boolean {
  return attempt.claim_token === work.claim_token;
}

export function announceVerdict(attempt: AttemptState | undefined, work: StepWork): string {
  return attempt?.status === "created" && attempt.step === "running" && holdsClaim(attempt, work) &&
      (attempt.due_in ?? 0) > 0
    ? "applied"
    : "stale";
}

export function withdrawVerdict(attempt: AttemptState | undefined): string {
  return attempt && ["created", "lost"].includes(attempt.status) && attempt.request_id === null &&
      ["running", "waiting"].includes(attempt.step)
    ? "applied"
    : "stale";
}

export function submissionVerdict(
  attempt: AttemptState | undefined,
  work: StepWork,
  requestId: string,
): string {
  return attempt && ["created", "lost"].includes(attempt.status) && holdsClaim(attempt, work) &&
      (attempt.request_id ?? requestId) === requestId
    ? "applied"
    : "stale";
}

export function answerVerdict(attempt: AttemptState | undefined, work: StepWork): string {
  return attempt && holdsClaim(attempt, work) && ["running", "waiting"].includes(attempt.step)
    ? "applied"
    : "stale";
}

/** Of a result under its token, each time as another delivery: the same end again is a duplicate. */
export function callbackOutcome(attempt: AttemptState | undefined, state: string): string {
  if (!attempt) return "unknown";
  if (isOpen(attempt)) return "applied";
  return state === attempt.status ? "duplicate" : "stale";
}

/** What may have changed: these attempts, and all of these films where they have ended. */
export type Change = { attempts: ReadonlySet<string>; films: ReadonlySet<string> };

export const NOTHING: Change = { attempts: new Set(), films: new Set() };

export function about(work: StepWork): Change {
  return {
    attempts: new Set([work.attempt.attempt_id]),
    films: new Set([work.project_id]),
  };
}

/** A claim may end leases that are over, and begin attempts. What asks in vain for too long it gives up. */
export function byClaim({ attempts }: MachineState): Change {
  const over = [...attempts.values()].filter((attempt) => {
    const { status, step, due_in, claim_token, is_asked_late } = attempt;
    const isUnsent = status === "created" && step === "running";
    const isAsked = isOpen(attempt) && step === "waiting" && claim_token !== null;
    return due_in !== null && due_in <= 0.5 && (isUnsent || isAsked && is_asked_late);
  });
  return {
    attempts: new Set(over.map(({ attempt_id }) => attempt_id)),
    films: new Set(over.map(({ project_id }) => project_id)),
  };
}

/** What changed that had no right to, in words. */
export function wrongChanges(before: MachineState, after: MachineState, may: Change): string[] {
  const wrong: string[] = [];
  for (const [id, status] of before.films) {
    const now = after.films.get(id);
    if (now !== status && FINAL.includes(status)) wrong.push(`${id} was ${status} and is ${now}`);
    if (now !== status && !may.films.has(id)) wrong.push(`${id} became ${now} for no reason`);
  }
  for (const [id, attempt] of before.attempts) {
    const now = after.attempts.get(id);
    if (now?.status === attempt.status) continue;
    if (!isOpen(attempt)) wrong.push(`${id} was ${attempt.status} and is ${now?.status}`);
    const hasFilmEnded = may.films.has(attempt.project_id) &&
      FINAL.includes(after.films.get(attempt.project_id) ?? "");
    if (!may.attempts.has(id) && !hasFilmEnded) {
      wrong.push(`${id} became ${now?.status} for no reason`);
    }
    if (attempt.is_held && now && !["created", "failed", "cancelled"].includes(now.status)) {
      wrong.push(`${id} was never announced and became ${now.status}`);
    }
  }
  return wrong;
}

/** What a claim handed out against the rules, in words. */
export function wrongWork(before: MachineState, works: readonly StepWork[]): string[] {
  return works.flatMap((work) => {
    const film = before.films.get(work.project_id) ?? "";
    const attempt = before.attempts.get(work.attempt.attempt_id);
    const isGivingUp = work.step === "cancel_request";
    const name = `${work.step} ${work.mode} of ${work.attempt.attempt_id}`;
    return [
      ...(FINAL.includes(film) && !isGivingUp ? [`${name}: its film is ${film}`] : []),
      ...(film === "paused" && work.mode === "start" && !attempt && !isGivingUp &&
          !HARMLESS.includes(work.step)
        ? [`${name}: its film is paused`]
        : []),
      ...(work.mode === "start" && attempt ? [`${name}: it was begun before`] : []),
      ...(work.mode !== "start" && (!attempt || !isOpen(attempt))
        ? [`${name}: it is not open`]
        : []),
      ...(attempt && (attempt.due_in ?? 1) > 0.5 ? [`${name}: its lease is not over`] : []),
      ...(work.mode === "lookup" && attempt?.is_held ? [`${name}: nothing was sent`] : []),
    ];
  });
}
