import { Buffer } from "node:buffer";

/** Null for what is not base64, where `Buffer.from` of Deno 2.1.4 throws; padding may be left out. */
export function readBase64(text: string): Buffer | null {
  const digits = /^([A-Za-z0-9+/]+)={0,2}$/.exec(text)?.[1];
  if (digits === undefined || digits.length % 4 === 1) return null;
  return Buffer.from(digits, "base64");
}
