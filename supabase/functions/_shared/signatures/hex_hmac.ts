import { createHmac } from "node:crypto";
import { equal } from "../constant_time.ts";
import { readHex } from "./hex.ts";
import { hmacKey } from "./hmac_key.ts";

/** @param signature null: none came */
export type HexCheck = (signature: string | null, body: Uint8Array) => boolean;

/**
 * Hex HMAC-SHA256 of the raw body, with or without `sha256=` before it (GitHub's form). A secret is
 * the literal string, also where it starts with `whsec_`.
 */
export function createHexCheck(secrets: readonly string[]): HexCheck {
  const keys = secrets.map(hmacKey);
  return (signature, body) => {
    const given = readHex((signature?.trim() ?? "").replace(/^sha256=/, ""), 32);
    return given !== null && keys.some((sign) => equal(given, sign(body)));
  };
}

/** As `createHexCheck`, once. */
export function isHexSigned(
  signature: string | null,
  body: Uint8Array,
  secrets: readonly string[],
): boolean {
  return createHexCheck(secrets)(signature, body);
}

export function signHex(body: Uint8Array | string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}
