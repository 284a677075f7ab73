import { createHmac } from "node:crypto";
import { equal } from "../constant_time.ts";
import { readHex } from "./hex.ts";

/**
 * Hex HMAC-SHA256 of the raw body, with or without `sha256=` before it (GitHub's form). The secret
 * is the literal string, also where it starts with `whsec_`.
 */
export function isHexSigned(
  signature: string | null,
  body: Uint8Array,
  secrets: readonly string[],
): boolean {
  const given = readHex((signature?.trim() ?? "").replace(/^sha256=/, ""), 32);
  if (given === null) return false;
  return secrets.some((secret) => equal(given, signHex(body, secret)));
}

export function signHex(body: Uint8Array | string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}
