/** Counts events by address over the last minute, in the isolate's memory. */
export interface SlidingWindow {
  /** Events within the last minute; at most one more than the limit is remembered. */
  count(address: string): number;
  /** Their times, oldest first. */
  times(address: string): readonly number[];
  add(address: string): void;
  /** Seconds until fewer than `limit` events are left in the window, at least 1. */
  retryAfter(address: string): number;
}

export const MINUTE = 60_000;

/** Within a minute. A clock may be set back: what seems to lie further ahead was long ago. */
export function isRecent(time: number, now: number): boolean {
  return Math.abs(now - time) < MINUTE;
}

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
  const times = new Map<string, number[]>();

  function recent(address: string): number[] {
    return (times.get(address) ?? []).filter((time) => isRecent(time, now()));
  }

  return {
    count: (address) => recent(address).length,
    times: recent,

    add(address) {
      const kept = [...recent(address), now()].slice(-(limit + 1));
      // A Map keeps the order of insertion: deleting first moves the address to the end.
      times.delete(address);
      times.set(address, kept);
      if (times.size <= mostAddresses) return;
      const [oldest] = times.keys();
      if (oldest !== undefined) times.delete(oldest);
    },

    retryAfter(address) {
      const oldest = recent(address).at(-limit) ?? now() - MINUTE;
      return Math.max(1, Math.ceil((oldest + MINUTE - now()) / 1000));
    },
  };
}
