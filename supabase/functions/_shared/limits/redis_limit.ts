import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import type { Log } from "../log.ts";
import type { RateLimit } from "./rate_limit.ts";

/** Milliseconds that a request waits for Redis before it passes. */
const PATIENCE = 1000;

/**
 * The limit in Upstash Redis: exact to its own approximation of a sliding window, for one round trip
 * a request. Where Redis is away, requests pass, and the log says so.
 */
export function createRedisLimit(
  what: string,
  limit: number,
  { url, token, now, log }: { url: string; token: string; now: () => number; log: Log },
): RateLimit {
  const ratelimit = new Ratelimit({
    redis: new Redis({ url, token, retry: false, enableTelemetry: false }),
    limiter: Ratelimit.slidingWindow(limit, "60 s"),
    prefix: `reelay:${what}`,
    timeout: PATIENCE,
    // Who is over the limit is refused from memory until the window has moved on.
    ephemeralCache: new Map(),
  });

  return {
    async taken(address) {
      try {
        const { success, reset, reason } = await ratelimit.limit(address);
        if (reason === "timeout") {
          log("rate_limit.redis_away", { what, error: "No answer in time" });
        }
        return success ? null : Math.max(1, Math.ceil((reset - now()) / 1000));
      } catch (error) {
        log("rate_limit.redis_away", { what, error });
        return null;
      }
    },
  };
}
