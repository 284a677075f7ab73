import { createPublicKey, type KeyObject } from "node:crypto";
import * as z from "zod";
import type { Log } from "../log.ts";
import { readBody } from "../read_body.ts";
import { sinceThen } from "../since_then.ts";

/** fal's own key set (fal.ai/docs, "Webhooks", signature verification). */
export const FAL_JWKS_URL = "https://rest.fal.ai/.well-known/jwks.json";

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** From here on the keys are fetched anew, and served all the same while that fails. */
const FRESH_FOR = HOUR;
/** fal forbids to keep keys longer. */
const USABLE_FOR = 24 * HOUR;
const RETRY_WITHOUT_KEYS = 5 * SECOND;
const RETRY_WITH_STALE_KEYS = 60 * SECOND;
const RETRY_ON_NO_MATCH = 30 * SECOND;
const TIMEOUT = 5 * SECOND;
const MOST_BYTES = 64 * 1024;
const MOST_KEYS = 20;

const KeySet = z.object({ keys: z.array(z.unknown()).max(1000) });
const Ed25519Key = z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string() });

export interface FalKeys {
  /** The keys at hand, fetched where there are none or they are old; null: none to be had. */
  current(): Promise<readonly KeyObject[] | null>;
  /** Fetches because no key matched; null where that was done a moment ago, or fails. */
  refetched(): Promise<readonly KeyObject[] | null>;
}

export type FalKeysDeps = { url: string; fetch: typeof fetch; now: () => number; log: Log };

/** Caches fal's key set in the isolate's memory. */
export function createFalKeys({ url, fetch, now, log }: FalKeysDeps): FalKeys {
  let keys: readonly KeyObject[] | null = null;
  let fetchedAt = -Infinity;
  let triedAt = -Infinity;
  let missedAt = -Infinity;
  let underWay: Promise<boolean> | null = null;

  function load(): Promise<boolean> {
    underWay ??= attempt().finally(() => underWay = null);
    return underWay;
  }

  async function attempt(): Promise<boolean> {
    triedAt = now();
    try {
      keys = await fetchKeys(url, fetch);
      fetchedAt = now();
      return true;
    } catch (error) {
      log("fal_keys.failed", { url, error });
      return false;
    }
  }

  return {
    async current() {
      if (keys !== null && now() - fetchedAt > USABLE_FOR) keys = null;
      const wait = keys === null ? RETRY_WITHOUT_KEYS : RETRY_WITH_STALE_KEYS;
      const due = sinceThen(fetchedAt, now()) > FRESH_FOR && sinceThen(triedAt, now()) >= wait;
      const loading = due || underWay !== null ? load() : null;
      if (keys === null) await loading;
      return keys;
    },

    async refetched() {
      if (underWay === null && sinceThen(missedAt, now()) < RETRY_ON_NO_MATCH) return null;
      missedAt = now();
      return await load() ? keys : null;
    },
  };
}

async function fetchKeys(url: string, send: typeof fetch): Promise<readonly KeyObject[]> {
  const answer = await send(url, {
    headers: { accept: "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new Error(`Cannot fetch fal's keys: ${url} answered ${answer.status}`);
  }
  const body = await readBody(answer.body, MOST_BYTES);
  if (body === null) throw new Error("Cannot fetch fal's keys: the key set is too large");

  const set = KeySet.parse(JSON.parse(new TextDecoder().decode(body)));
  const keys = set.keys.slice(0, MOST_KEYS).flatMap(importKey);
  if (keys.length === 0) throw new Error("Cannot fetch fal's keys: the set holds no Ed25519 key");
  return keys;
}

/** WebCrypto in Deno 2.1.4 refuses a padded `x`, which fal's live key set has. */
function importKey(entry: unknown): KeyObject[] {
  const key = Ed25519Key.safeParse(entry);
  if (!key.success) return [];
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: key.data.x.replace(/=+$/, "") };
    return [createPublicKey({ key: jwk, format: "jwk" })];
  } catch {
    return [];
  }
}
