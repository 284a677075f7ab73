/** So many events at about that time, in milliseconds of our own clock. */
export type Requests = { at: number; requests: number };

/** Counts events by address over the last minute, in the isolate's memory. */
export interface SlidingWindow {
  /** Events within the last minute; of those beyond the limit not all are remembered. */
  count(address: string): number;
  /** When they were, oldest first. */
  counts(address: string): readonly Requests[];
  add(address: string): void;
  /** Seconds until fewer than `limit` events are left in the window, at least 1. */
  retryAfter(address: string): number;
}

export const MINUTE = 60_000;

/** Within a minute. A clock may be set back: what seems to lie further ahead was long ago. */
export function isRecent(time: number, now: number): boolean {
  return Math.abs(now - time) < MINUTE;
}

/** Milliseconds. Events of one slot are as young as its youngest: a large limit costs no more than a small one. */
const SLOT = 100;

/** Beyond that, the address that was silent for longest is forgotten. */
const MOST_ADDRESSES = 10_000;

/** @param now milliseconds */
export function createSlidingWindow(
  { limit, now, mostAddresses = MOST_ADDRESSES }: {
    limit: number;
    now: () => number;
    mostAddresses?: number;
  },
): SlidingWindow {
  const events = new Map<string, Requests[]>();

  function recent(address: string): Requests[] {
    return (events.get(address) ?? []).filter(({ at }) => isRecent(at, now()));
  }

  return {
    count: (address) => sum(recent(address)),
    counts: recent,

    add(address) {
      const kept = recent(address);
      const last = kept.at(-1);
      const isSame = last !== undefined && Math.floor(last.at / SLOT) === Math.floor(now() / SLOT);
      if (isSame) kept.pop();
      kept.push({ at: now(), requests: isSame ? last.requests + 1 : 1 });
      while (sum(kept.slice(1)) > limit) kept.shift();
      // A Map keeps the order of insertion: deleting first moves the address to the end.
      events.delete(address);
      events.set(address, kept);
      if (events.size <= mostAddresses) return;
      const [oldest] = events.keys();
      if (oldest !== undefined) events.delete(oldest);
    },

    retryAfter(address) {
      let left = limit;
      const oldest = recent(address).findLast(({ requests }) => (left -= requests) <= 0);
      return Math.max(1, Math.ceil(((oldest?.at ?? now() - MINUTE) + MINUTE - now()) / 1000));
    },
  };
}

function sum(counts: readonly Requests[]): number {
  return counts.reduce((all, { requests }) => all + requests, 0);
}
