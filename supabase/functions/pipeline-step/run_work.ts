import type { Log } from "../_shared/log.ts";
import { sinceThen } from "../_shared/since_then.ts";
import type { ClaimedWork } from "../_shared/transitions/work.ts";
import { LINGER } from "./linger.ts";
import type { Work } from "./perform.ts";
import { watchPause } from "./watch_pause.ts";

export type Budget = {
  /** Pieces of work that one run takes on. */
  pieces: number;
  /** Milliseconds after which nothing new is taken on. */
  time: number;
  /** Pieces of work at a time. */
  inFlight: number;
};

export type RunDeps = {
  /** Leases what is due. `answersBell`: this call answers a ring of the database. */
  claim: (by: { limit: number; answersBell: boolean }) => Promise<ClaimedWork>;
  perform: (work: Work) => Promise<void>;
  /** Rings for a successor: through the database, or past pg_net where that is deaf. */
  ring: (by: { deaf: boolean }) => Promise<void>;
  /** Sleeps `ms`, or until the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Makes this run the one in its isolate that stays on watch; null: another one does already. */
  startWatch: () => (() => void) | null;
  /** Has `look` called once, for a ring that found no room for a run; returns what ends that. */
  hearRing: (look: () => void) => () => void;
  now: () => number;
  log: Log;
  budget: Budget;
  /** Aborted when the isolate is told to go. */
  stopping: AbortSignal;
};

/** Milliseconds between the looks of a run that lingers. */
const LINGER_PAUSE = 50;

/** The least to claim at once: a claim shares its limit among deliveries and steps. */
const LEAST_CLAIM = 2;

/**
 * Claims and performs what is due until nothing is, and lingers for what follows from it; with its
 * budget spent it rings for a successor.
 * While the bell is deaf it stays on watch for what becomes due. A piece that throws is logged and
 * left to its lease; it stops no other.
 */
export async function runWork(
  deps: RunDeps,
  { answersBell }: { answersBell: boolean },
): Promise<void> {
  const { budget, stopping } = deps;
  const until = deps.now() + budget.time;
  const inFlight = new Set<Promise<void>>();
  let taken = 0;
  let busyAt = -Infinity;
  let deaf = false;
  let endWatch: (() => void) | null = null;

  function begin(work: Work): void {
    taken++;
    busyAt = deps.now();
    const piece = performSafely(deps, work).finally(() => {
      busyAt = deps.now();
      inFlight.delete(piece);
    });
    inFlight.add(piece);
  }

  /** Whoever only waits for what is in flight looks for nothing else: another run may. */
  function leaveWatch(): void {
    endWatch?.();
    endWatch = null;
  }

  /** True when the budget is spent. */
  async function workUntilSpent(): Promise<boolean> {
    // The database posts no ring while one has no answer: the successor's would be dropped.
    if (stopping.aborted && answersBell) await deps.claim({ limit: 0, answersBell });
    for (let first = true; !isSpent(); first = false) {
      if (inFlight.size > budget.inFlight - LEAST_CLAIM && inFlight.size > 0) {
        leaveWatch();
        await waitForOne(null);
        continue;
      }
      const limit = Math.max(budget.inFlight - inFlight.size, LEAST_CLAIM);
      const claimed = await deps.claim({ limit, answersBell: first && answersBell });
      deaf = claimed.deaf;
      claimed.work.forEach(begin);
      if (claimed.work.length > 0) continue;

      let pause = deaf ? watchPause(claimed.next_due_at, deps.now()) : lingerPause();
      if (pause === null) leaveWatch();
      else if ((endWatch ??= deps.startWatch()) === null) pause = null;
      if (pause === null && inFlight.size === 0) return false;
      const rung = new AbortController();
      const endHearing = deps.hearRing(() => rung.abort());
      await waitForOne(pause, rung);
      endHearing();
    }
    return true;
  }

  try {
    // Before the successor comes: it would find the watch taken, and go.
    const hasMore = await workUntilSpent().finally(leaveWatch);
    // Not after what is in flight: one that takes a minute would hold up all that is due.
    if (hasMore) await deps.ring({ deaf });
  } finally {
    await Promise.all(inFlight);
  }

  function isSpent(): boolean {
    return taken >= budget.pieces || deps.now() >= until || stopping.aborted;
  }

  function lingerPause(): number | null {
    return sinceThen(busyAt, deps.now()) < LINGER ? LINGER_PAUSE : null;
  }

  /** Until one ends, it is woken, `pause` milliseconds are over, or the time that the run has. */
  async function waitForOne(pause: number | null, awake = new AbortController()): Promise<void> {
    const early = AbortSignal.any([awake.signal, stopping]);
    const ms = Math.min(pause ?? Infinity, until - deps.now());
    await Promise.race([...inFlight, deps.sleep(ms, early)]);
    awake.abort();
  }
}

async function performSafely({ perform, log }: RunDeps, work: Work): Promise<void> {
  try {
    await perform(work);
  } catch (error) {
    const what = work.kind === "step"
      ? { step: work.step, mode: work.mode, attempt_id: work.attempt.attempt_id }
      : { delivery_id: work.delivery_id };
    log("work.failed", { ...what, error });
  }
}
