import type { Deps } from "../_shared/deps.ts";
import { sinceThen } from "../_shared/since_then.ts";
import { readModelAliases } from "../_shared/transitions/videos.ts";

/** Milliseconds for which the names are believed. */
const USABLE_FOR = 60_000;

/** The installation's own names for models, read from the database once a minute. */
export function createModelAliases(
  { db, now }: Pick<Deps, "db" | "now">,
): () => Promise<Readonly<Record<string, string>>> {
  let known: Readonly<Record<string, string>> = {};
  let knownAt = -Infinity;

  return async () => {
    if (sinceThen(knownAt, now()) > USABLE_FOR) {
      known = await readModelAliases(db);
      knownAt = now();
    }
    return known;
  };
}
