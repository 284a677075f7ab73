import { createHmac } from "node:crypto";
import { equal } from "../constant_time.ts";
import { isFresh } from "./freshness.ts";
import { readHex } from "./hex.ts";

/** Longer lists are not read: each entry costs us a comparison for every secret. */
const MOST_SIGNATURES = 20;

/**
 * `t=<unix seconds>,v1=<hex>[,v1=<hex>]`: HMAC-SHA256 of `t.body` (docs.stripe.com/webhooks, "Verify
 * webhook signatures manually"; Sync.so). The secret is the literal string, `whsec_` included. One
 * `v1` by one of the secrets is enough; other versions are not looked at.
 *
 * @param now milliseconds
 */
export function isTimestampSigned(
  header: string | null,
  body: Uint8Array,
  secrets: readonly string[],
  now: number,
): boolean {
  const entries = (header ?? "").split(",").map((entry) => entry.trim());
  const valuesOf = (name: string) =>
    entries.flatMap((entry) => entry.startsWith(`${name}=`) ? [entry.slice(name.length + 1)] : []);
  const [timestamp = "", ...others] = valuesOf("t");
  if (others.length > 0 || !isFresh(timestamp, now)) return false;

  const given = valuesOf("v1").slice(0, MOST_SIGNATURES).flatMap((hex) => readHex(hex, 32) ?? []);
  return secrets.some((secret) => {
    const hmac = createHmac("sha256", secret).update(`${timestamp}.`).update(body);
    const expected = hmac.digest("hex");
    return given.some((theirs) => equal(theirs, expected));
  });
}
