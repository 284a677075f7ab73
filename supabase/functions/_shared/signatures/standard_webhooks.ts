import { createHmac } from "node:crypto";
import { equal } from "../constant_time.ts";
import { readBase64 } from "./base64.ts";
import { isFresh } from "./freshness.ts";

/** Longer lists are not read: each entry costs us a comparison for every secret. */
const MOST_SIGNATURES = 20;

/**
 * Checks the headers of Standard Webhooks 1.0 (`webhook-id`, `-timestamp`, `-signature`) and gives
 * back the signed id; null where they do not hold. One `v1` signature of the list by one of the
 * secrets is enough, so that either side can rotate.
 *
 * @param now milliseconds
 * @param brand what the headers' names begin with: Svix signs the same way under its own.
 */
export function verifyStandard(
  headers: Headers,
  body: Uint8Array,
  secrets: readonly string[],
  now: number,
  brand: "webhook" | "svix" = "webhook",
): string | null {
  const id = headers.get(`${brand}-id`) ?? "";
  const timestamp = headers.get(`${brand}-timestamp`) ?? "";
  if (!isUnambiguous(id) || !isFresh(timestamp, now)) return null;

  const given = (headers.get(`${brand}-signature`) ?? "").split(" ")
    .filter((signature) => signature.startsWith("v1,"))
    .slice(0, MOST_SIGNATURES);
  const expected = secrets.flatMap((secret) => sign(id, timestamp, body, secret) ?? []);
  return expected.some((own) => given.some((theirs) => equal(own, theirs))) ? id : null;
}

/**
 * Full stops join id, timestamp and body when they are signed: with a number behind one in the id,
 * the same signature would do for another id, another time and another body.
 */
function isUnambiguous(id: string): boolean {
  return id !== "" && id.length <= 255 && !/\.\d+(\.|$)/.test(id);
}

/**
 * Headers that carry one signature, for sending.
 *
 * @param timestamp seconds
 * @throws when a `whsec_` secret is not base64.
 */
export function standardHeaders(
  { id, timestamp, body, secret }: { id: string; timestamp: number; body: string; secret: string },
): Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string> {
  const signature = sign(id, `${timestamp}`, new TextEncoder().encode(body), secret);
  if (signature === null) throw new Error("Cannot sign: the secret after whsec_ is not base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": `${timestamp}`,
    "webhook-signature": signature,
  };
}

/** False for a `whsec_` secret that is not base64. */
export function canSign(secret: string): boolean {
  return keyOf(secret) !== null;
}

function sign(id: string, timestamp: string, body: Uint8Array, secret: string): string | null {
  const key = keyOf(secret);
  if (key === null) return null;
  const hmac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body);
  return `v1,${hmac.digest("base64")}`;
}

/** `whsec_` is followed by base64, with or without padding; other secrets are their UTF-8 bytes. */
function keyOf(secret: string): Uint8Array | null {
  const encoded = /^(?:v1,)?whsec_(.*)$/s.exec(secret)?.[1];
  if (encoded === undefined) return new TextEncoder().encode(secret);
  return readBase64(encoded);
}
