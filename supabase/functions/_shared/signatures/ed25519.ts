import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { readBase64 } from "./base64.ts";
import { isFresh } from "./freshness.ts";
import { readHex } from "./hex.ts";

/**
 * Ed25519 of the raw body, in hex or base64.
 *
 * @param keys raw public keys: 32 bytes, in hex or base64
 */
export function isEd25519Signed(
  signature: string | null,
  body: Uint8Array,
  keys: readonly string[],
): boolean {
  const given = readBytes(signature?.trim() ?? "", 64);
  if (given === null) return false;
  return keys.some((key) => {
    const publicKey = readKey(key);
    return publicKey !== null && verify(null, body, publicKey, given);
  });
}

/**
 * Ed25519 of timestamp and body in one (docs.discord.com, "Interactions", security). A scheme of its
 * own: were the timestamp optional, who leaves it out could put it in front of the body instead.
 *
 * @param now milliseconds
 */
export function isDiscordSigned(
  headers: Headers,
  body: Uint8Array,
  keys: readonly string[],
  now: number,
): boolean {
  const timestamp = headers.get("x-signature-timestamp") ?? "";
  if (!isFresh(timestamp, now)) return false;
  const message = Buffer.concat([Buffer.from(timestamp), body]);
  return isEd25519Signed(headers.get("x-signature-ed25519"), message, keys);
}

function readKey(text: string): KeyObject | null {
  const bytes = readBytes(text, 32);
  if (bytes === null) return null;
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") };
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    return null;
  }
}

/** Null where the text is not the one spelling of so many bytes, padding aside. */
function readBytes(text: string, length: number): Buffer | null {
  const hex = readHex(text, length);
  if (hex !== null) return Buffer.from(hex, "hex");

  const bytes = readBase64(text);
  if (bytes?.length !== length) return null;
  const canonical = bytes.toString("base64");
  return text === canonical || text === canonical.replace(/=+$/, "") ? bytes : null;
}
