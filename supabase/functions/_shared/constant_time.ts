import { timingSafeEqual } from "node:crypto";

/**
 * Compares without telling by its duration where two values differ. False on unequal lengths, where
 * `timingSafeEqual` throws; the length itself is no secret here.
 */
export function equal(a: Uint8Array | string, b: Uint8Array | string): boolean {
  const left = bytes(a);
  const right = bytes(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function bytes(value: Uint8Array | string): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}
