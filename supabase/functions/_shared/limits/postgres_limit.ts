import type { RateLimit, RateLimitDeps } from "./rate_limit.ts";
import { createSharedCounts } from "./shared_counts.ts";
import { createSlidingWindow, isRecent, MINUTE, type Requests } from "./sliding_window.ts";

/**
 * Decides by what this isolate let through and what the others reported, without asking anybody:
 * the counts are exchanged in the background.
 */
export function createPostgresLimit(
  what: string,
  limit: number,
  deps: Omit<RateLimitDeps, "get">,
): RateLimit {
  const { now } = deps;
  const own = createSlidingWindow({ limit, now });
  const shared = createSharedCounts(what, deps);

  return {
    taken(address) {
      const all = [...own.counts(address), ...shared.others(address)];
      const stayAway = secondsOver(limit, all, now());
      if (stayAway !== null) return Promise.resolve(stayAway);
      own.add(address);
      shared.add(address);
      return Promise.resolve(null);
    },
  };
}

/** Seconds until fewer than `limit` requests are left in the window, at least 1; null: now. */
function secondsOver(limit: number, requests: Requests[], now: number): number | null {
  const oldestFirst = requests
    .filter(({ at }) => isRecent(at, now))
    .sort((one, other) => one.at - other.at);
  let left = oldestFirst.reduce((sum, one) => sum + one.requests, 0);
  if (left < limit) return null;

  for (const { at, requests } of oldestFirst) {
    left -= requests;
    if (left < limit) return Math.max(1, Math.ceil((at + MINUTE - now) / 1000));
  }
  return MINUTE / 1000;
}
