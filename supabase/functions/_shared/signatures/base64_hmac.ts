import { createHmac } from "node:crypto";
import { equal } from "../constant_time.ts";

/** Base64 HMAC-SHA256 of the raw body (Shopify, WooCommerce); the secret is the literal string. */
export function isBase64Signed(
  signature: string | null,
  body: Uint8Array,
  secrets: readonly string[],
): boolean {
  const given = signature?.trim() ?? "";
  // As text: decoding would overlook the bits that the last character has to spare.
  return secrets.some((secret) =>
    equal(given, createHmac("sha256", secret).update(body).digest("base64"))
  );
}
