import { type Database, DatabaseError } from "../_shared/database.ts";
import {
  replayableCallbacks,
  replayCallback,
  type ReplayFilter,
} from "../_shared/management/callbacks.ts";
import { refusalOf } from "./desk.ts";

export type ReplayedRange = {
  /** What fitted the filter when the replay began. */
  matched: number;
  replayed: number;
  /** How many ended in each outcome; `gone`: pruned or refused since they were found. */
  outcomes: Record<string, number>;
  remaining: number;
  /** Where to go on; null when nothing remains. */
  next: string | null;
};

const PAGE = 50;
/** Milliseconds between two pages, in which others get at the database. */
const PAUSE = 100;
/** Milliseconds; a request that is silent for 150 s is cut off by the platform. */
const BUDGET = 100_000;

/**
 * Replays the oldest callbacks that fit, one transaction each, and says how far it came: what fits as
 * it begins, each once, also one that fails again.
 */
export async function replayRange(
  filter: ReplayFilter,
  { after, limit }: { after: string | null; limit: number },
  { db, now, wait }: { db: Database; now: () => number; wait: (ms: number) => Promise<void> },
): Promise<ReplayedRange> {
  const until = now() + BUDGET;
  const outcomes: Record<string, number> = {};
  // Once: to count what fits, all that failed is read.
  const { matched, ids } = await replayableCallbacks(db, filter, { after, limit });
  let replayed = 0;
  let last = after;

  for (const id of ids) {
    if (replayed > 0 && replayed % PAGE === 0) await wait(PAUSE);
    if (now() >= until) break;
    const outcome = await replayOne(db, id);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    replayed++;
    last = id;
  }

  const remaining = Math.max(0, matched - replayed);
  return { matched, replayed, outcomes, remaining, next: remaining > 0 ? last : null };
}

async function replayOne(db: Database, id: string): Promise<string> {
  try {
    return (await replayCallback(db, id)).outcome;
  } catch (error) {
    if (error instanceof DatabaseError && refusalOf(error) !== null) return "gone";
    throw error;
  }
}
