import type { Deps } from "../deps.ts";
import { type Get, optional } from "../env.ts";
import { createLimitHits } from "./limit_hits.ts";
import { createPostgresLimit } from "./postgres_limit.ts";

/** Limits verified requests by address. */
export interface RateLimit {
  /** Notes a request; null while it is within the limit, else seconds to stay away. */
  taken(address: string): Promise<number | null>;
}

export type RateLimitDeps = Pick<Deps, "get" | "db" | "now" | "wait" | "later" | "log">;

/**
 * Reads a limit a minute from the named variable; null where it is unset: there is none.
 *
 * @throws when it is set to something else than a positive whole number: no limit would be kept.
 */
export function readRateLimit(name: string, get: Get): number | null {
  const text = optional(get, name);
  if (text === null) return null;

  const limit = Number(text);
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new Error(`Cannot read ${name}: it is not a positive whole number`);
  }
  return limit;
}

/**
 * A limit that all isolates share: in Redis where Upstash's variables are set, else in Postgres.
 *
 * @param what names the limit; what has the same name is counted together.
 * @param limit requests a minute and address
 */
export function createRateLimit(what: string, limit: number, deps: RateLimitDeps): RateLimit {
  const counted = sharedLimit(what, limit, deps);
  const hits = createLimitHits(what, deps);
  return {
    async taken(address) {
      const stayAway = await counted.taken(address);
      if (stayAway !== null) hits.add();
      return stayAway;
    },
  };
}

function sharedLimit(what: string, limit: number, deps: RateLimitDeps): RateLimit {
  const url = optional(deps.get, "UPSTASH_REDIS_REST_URL");
  const token = optional(deps.get, "UPSTASH_REDIS_REST_TOKEN");
  if (url === null || token === null) return createPostgresLimit(what, limit, deps);

  // Its packages take 100 ms of a cold start: who uses no Redis does not wait for them.
  const redis = import("./redis_limit.ts")
    .then(({ createRedisLimit }) => createRedisLimit(what, limit, { url, token, ...deps }))
    // A typing error in the address would end the isolate, with every callback that it is about.
    .catch((error) => {
      deps.log("rate_limit.redis_not_configured", { what, error });
      return createPostgresLimit(what, limit, deps);
    });
  return { taken: async (address) => await (await redis).taken(address) };
}
