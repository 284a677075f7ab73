import type { Database } from "../_shared/database.ts";
import { sinceThen } from "../_shared/since_then.ts";
import { createSlidingWindow } from "../_shared/limits/sliding_window.ts";
import { readWebhookSources, type WebhookSource } from "../_shared/transitions/sources.ts";

/**
 * The sources of this installation, kept in memory: a flood of requests that nobody signed asks the
 * database about once a second at most, whatever names it makes up.
 */
export interface KnownSources {
  /** Null where there is none. @throws {DatabaseError} */
  find(name: string): Promise<WebhookSource | null>;
  /** Looks again, because what is known does not fit; within bounds. @throws {DatabaseError} */
  refind(name: string): Promise<WebhookSource | null>;
  /** Looks again in any case: for senders who have proved who they are. @throws {DatabaseError} */
  findNow(name: string): Promise<WebhookSource | null>;
}

const SECOND = 1000;
/** What was changed, disabled or removed meanwhile, the database itself notices. */
const USABLE_FOR = 5 * SECOND;
const RETRY_AFTER_FAILURE = SECOND;
/** Looks a minute besides those that age asks for. */
const MOST_LOOKS = 60;
/** As private.webhook_sources has it. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** @param now milliseconds */
export function createKnownSources(
  { db, now }: { db: Database; now: () => number },
): KnownSources {
  const looks = createSlidingWindow({ limit: MOST_LOOKS, now });
  let known = new Map<string, WebhookSource>();
  let knownAt = -Infinity;
  let failed: { at: number; error: unknown } | null = null;
  let underWay: Promise<void> | null = null;

  async function load(): Promise<void> {
    if (failed !== null && sinceThen(failed.at, now()) < RETRY_AFTER_FAILURE) throw failed.error;
    const begun = now();
    try {
      const sources = await readWebhookSources(db);
      known = new Map(sources.map((source) => [source.name, source]));
      knownAt = begun;
      failed = null;
    } catch (error) {
      failed = { at: now(), error };
      throw error;
    }
  }

  function loadOnce(): Promise<void> {
    underWay ??= load().finally(() => underWay = null);
    return underWay;
  }

  async function findNow(name: string): Promise<WebhookSource | null> {
    await loadOnce();
    return known.get(name) ?? null;
  }

  async function refind(name: string): Promise<WebhookSource | null> {
    if (looks.count("") >= MOST_LOOKS) return known.get(name) ?? null;
    looks.add("");
    return await findNow(name);
  }

  return {
    findNow,
    refind,

    async find(name) {
      if (!NAME.test(name)) return null;
      if (sinceThen(knownAt, now()) > USABLE_FOR) return await findNow(name);
      return known.get(name) ?? await refind(name);
    },
  };
}
