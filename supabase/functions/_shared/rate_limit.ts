import { type Get, optional } from "./env.ts";
import { createSlidingWindow } from "./sliding_window.ts";

/** Limits verified requests by address, where the installation asks for it. */
export interface RateLimit {
  /** Notes a request; null while it is within the limit, else seconds to stay away. */
  taken(address: string): number | null;
}

/**
 * Reads a limit a minute from the named variable; unset means none.
 *
 * @throws when it is set to something else than a positive whole number: no limit would be kept.
 */
export function createRateLimit(name: string, get: Get, now: () => number): RateLimit {
  const text = optional(get, name);
  if (text === null) return { taken: () => null };

  const limit = Number(text);
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new Error(`Cannot read ${name}: it is not a positive whole number`);
  }
  const taken = createSlidingWindow({ limit, now });
  return {
    taken(address) {
      if (taken.count(address) >= limit) return taken.retryAfter(address);
      taken.add(address);
      return null;
    },
  };
}
