import type { ClaimedWork } from "../_shared/transitions/work.ts";
import type { Work } from "./perform.ts";
import type { RunDeps } from "./run_work.ts";

export const START = Date.UTC(2026, 10, 22, 12, 0, 0);
export const NOTHING: ClaimedWork = { work: [], deaf: false, next_due_at: null };

/** More turns of the event loop than any work takes here that nothing holds up. */
const TURNS = 1000;

/**
 * Answers claims in order, then with nothing; a clock that only sleeping moves on, when all that can
 * go on without it has gone on.
 */
export function run(claims: ClaimedWork[], more: Partial<RunDeps> = {}) {
  const seen = {
    claims: [] as { limit: number; answersBell: boolean }[],
    performed: [] as string[],
    rings: [] as { deaf: boolean }[],
    slept: [] as number[],
    logged: [] as unknown[],
    now: START,
  };
  const deps: RunDeps = {
    claim(by) {
      seen.claims.push(by);
      return Promise.resolve(claims.shift() ?? NOTHING);
    },
    perform: (work) => Promise.resolve(void seen.performed.push(idOf(work))),
    ring: (by) => Promise.resolve(void seen.rings.push(by)),
    async sleep(ms, signal) {
      seen.slept.push(ms);
      for (let turn = 0; turn < TURNS && !signal.aborted; turn++) await null;
      if (!signal.aborted) seen.now += ms;
    },
    startWatch: () => () => {},
    hearRing: () => () => {},
    now: () => seen.now,
    log: (event, fields) => seen.logged.push([event, fields]),
    budget: { pieces: 100, time: 100_000, inFlight: 10 },
    stopping: new AbortController().signal,
    ...more,
  };
  return { seen, deps };
}

export function idOf(work: Work): string {
  return work.kind === "step" ? work.step_id : work.delivery_id;
}

export function due(...work: Work[]): ClaimedWork {
  return { ...NOTHING, work };
}

export function deafUntil(next_due_at: number | null): ClaimedWork {
  const at = next_due_at === null ? null : new Date(next_due_at).toISOString();
  return { work: [], deaf: true, next_due_at: at };
}
