import * as z from "zod";
import type { Deps } from "../deps.ts";
import type { Requests } from "./sliding_window.ts";
import { tellInBackground } from "../tell_in_background.ts";

/** Tells the other isolates what this one let through, and learns what they did. */
export interface SharedCounts {
  /** What the others let through, as of the last exchange. */
  others(address: string): readonly Requests[];
  /** Notes a request; it is told at once, or within `PAUSE`. */
  add(address: string): void;
}

/** Milliseconds between two exchanges, at least. */
const PAUSE = 1000;

const Others = z.array(z.object({
  address: z.string(),
  /** By the database's clock: an isolate's own does not matter. */
  age_seconds: z.number(),
  requests: z.number(),
}));

/** @param what names the limit; isolates that use the same name share their counts. */
export function createSharedCounts(
  what: string,
  deps: Pick<Deps, "db" | "now" | "wait" | "later" | "log">,
): SharedCounts {
  const { db, now, log } = deps;
  const isolate = crypto.randomUUID();
  let untold = new Map<string, number>();
  let known = new Map<string, Requests[]>();

  const exchangeSoon = tellInBackground(deps, {
    leastPause: PAUSE,
    isDue: () => untold.size > 0,
    async tell() {
      const counts = Object.fromEntries(untold);
      untold = new Map();
      const others = await db.call(
        "count_requests",
        { p_what: what, p_isolate: isolate, p_counts: counts },
        Others,
      );
      known = new Map();
      for (const { address, age_seconds, requests } of others) {
        const at = now() - age_seconds * 1000;
        known.set(address, [...known.get(address) ?? [], { at, requests }]);
      }
    },
    // What was not told is forgiven: each isolate still keeps the limit for itself.
    onFailure: (error) => log("rate_limit.not_shared", { what, error }),
  });

  return {
    others: (address) => known.get(address) ?? [],

    add(address) {
      untold.set(address, (untold.get(address) ?? 0) + 1);
      exchangeSoon();
    },
  };
}
