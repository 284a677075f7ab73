import { Buffer } from "node:buffer";
import { createHash, type KeyObject, verify } from "node:crypto";
import type { FalKeys } from "./fal_keys.ts";
import { isFresh, isPast } from "./freshness.ts";
import { readHex } from "./hex.ts";

export type FalVerdict =
  | "verified"
  | "refused"
  /** The signature may be fal's, but no key to check it could be had. */
  | "unavailable"
  /** fal's signature, but of long ago: a late callback, or one that somebody kept. */
  | "stale";

/**
 * Checks fal's own signature: hex Ed25519 over request id, user id, timestamp and the body's
 * SHA-256, one a line (fal.ai/docs, "Webhooks"). The request names no key, so all are tried.
 *
 * @param userId our account at fal; the keys are the same for all its customers.
 * @param now milliseconds
 */
export async function verifyFal(
  headers: Headers,
  body: Uint8Array,
  { keys, userId, now }: { keys: FalKeys; userId: string | null; now: number },
): Promise<FalVerdict> {
  const signed = ["request-id", "user-id", "timestamp"]
    .map((name) => headers.get(`x-fal-webhook-${name}`) ?? "");
  const signature = headers.get("x-fal-webhook-signature") ?? "";
  const isStale = isPast(signed[2] ?? "", now);
  if (signed.includes("") || !isStale && !isFresh(signed[2] ?? "", now)) return "refused";
  if (userId !== null && signed[1] !== userId) return "refused";
  if (readHex(signature, 64) === null) return "refused";

  const hash = createHash("sha256").update(body).digest("hex");
  const message = Buffer.from([...signed, hash].join("\n"));
  const bytes = Buffer.from(signature, "hex");
  const matches = (key: KeyObject) => verify(null, message, key, bytes);

  const current = await keys.current();
  if (current === null) return "unavailable";
  const isGenuine = current.some(matches) || (await keys.refetched())?.some(matches);
  if (!isGenuine) return "refused";
  return isStale ? "stale" : "verified";
}
