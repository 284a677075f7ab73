import { createSlidingWindow } from "./sliding_window.ts";

/** Counts failed credentials by address, in the isolate's memory. Valid ones never meet it. */
export interface FloodGuard {
  /** Notes a failure; null while the address may still be told 401, else seconds to stay away. */
  failed(address: string): number | null;
}

/** @param limit failures a minute that are answered with 401 */
export function createFloodGuard(
  { limit, now }: { limit: number; now: () => number },
): FloodGuard {
  const failures = createSlidingWindow({ limit, now });
  return {
    failed(address) {
      failures.add(address);
      return failures.count(address) > limit ? failures.retryAfter(address) : null;
    },
  };
}
