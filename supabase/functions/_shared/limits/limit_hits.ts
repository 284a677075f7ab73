import * as z from "zod";
import type { Deps } from "../deps.ts";
import { tellInBackground } from "../tell_in_background.ts";

/** Counts refusals for whoever watches: in the background, and of verified requests alone. */
export interface LimitHits {
  add(): void;
}

/** Milliseconds between two reports, at least. */
const PAUSE = 10_000;

export function createLimitHits(
  what: string,
  deps: Pick<Deps, "db" | "now" | "wait" | "later" | "log">,
): LimitHits {
  let untold = 0;

  const tellSoon = tellInBackground(deps, {
    leastPause: PAUSE,
    isDue: () => untold > 0,
    async tell() {
      const hits = untold;
      untold = 0;
      await deps.db.call("count_limit_hits", { p_what: what, p_hits: hits }, z.unknown());
    },
    onFailure: (error) => deps.log("rate_limit.not_counted", { what, error }),
  });

  return {
    add() {
      untold++;
      tellSoon();
    },
  };
}
