import { Buffer } from "node:buffer";
import { createHash, type KeyObject, verify } from "node:crypto";
import type { FalKeys } from "./fal_keys.ts";
import { isFresh } from "./freshness.ts";

/** `unavailable`: the signature may be fal's, but no key to check it could be had. */
export type FalVerdict = "verified" | "refused" | "unavailable";

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
  if (signed.includes("") || !isFresh(signed[2] ?? "", now)) return "refused";
  if (userId !== null && signed[1] !== userId) return "refused";
  if (!/^[0-9a-f]{128}$/i.test(signature)) return "refused";

  const hash = createHash("sha256").update(body).digest("hex");
  const message = Buffer.from([...signed, hash].join("\n"));
  const bytes = Buffer.from(signature, "hex");
  const matches = (key: KeyObject) => verify(null, message, key, bytes);

  const current = await keys.current();
  if (current === null) return "unavailable";
  if (current.some(matches)) return "verified";
  return (await keys.refetched())?.some(matches) ? "verified" : "refused";
}
