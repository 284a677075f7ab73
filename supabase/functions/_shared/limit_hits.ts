import { z } from "zod";
import type { Deps } from "./deps.ts";
import { sinceThen } from "./since_then.ts";

/** Counts refusals for whoever watches: in the background, and of verified requests alone. */
export interface LimitHits {
  add(): void;
}

/** Milliseconds between two reports, at least. */
const PAUSE = 10_000;

export function createLimitHits(
  what: string,
  { db, now, wait, later, log }: Pick<Deps, "db" | "now" | "wait" | "later" | "log">,
): LimitHits {
  let untold = 0;
  let telling = false;
  let last = -Infinity;

  async function tell(): Promise<void> {
    await wait(Math.max(0, PAUSE - sinceThen(last, now())));
    last = now();
    const p_hits = untold;
    untold = 0;
    await db.call("count_limit_hits", { p_what: what, p_hits }, z.unknown());
  }

  async function tellAll(): Promise<void> {
    while (untold > 0) await tell();
  }

  return {
    add() {
      untold++;
      if (telling) return;
      telling = true;
      later(
        tellAll()
          .catch((error) => log("rate_limit.not_counted", { what, error }))
          .finally(() => telling = false),
      );
    },
  };
}
