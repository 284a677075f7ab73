import { createHmac } from "node:crypto";
import { equal } from "../constant_time.ts";
import { isFresh } from "./freshness.ts";
import { readHex } from "./hex.ts";

/**
 * `X-Slack-Signature: v0=<hex>`: HMAC-SHA256 of `v0:timestamp:body`, the timestamp being that of
 * `X-Slack-Request-Timestamp` (docs.slack.dev, "Verifying requests from Slack").
 *
 * @param now milliseconds
 */
export function isSlackSigned(
  headers: Headers,
  body: Uint8Array,
  secrets: readonly string[],
  now: number,
): boolean {
  const timestamp = headers.get("x-slack-request-timestamp") ?? "";
  const signature = headers.get("x-slack-signature") ?? "";
  const given = signature.startsWith("v0=") ? readHex(signature.slice(3), 32) : null;
  if (given === null || !isFresh(timestamp, now)) return false;
  return secrets.some((secret) => {
    const hmac = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body);
    return equal(given, hmac.digest("hex"));
  });
}
