import { equal } from "../constant_time.ts";

/** `Authorization: Bearer <secret>`, the secret being the literal string. */
export function isBearer(authorization: string | null, secrets: readonly string[]): boolean {
  const given = readBearer(authorization);
  return given !== null && secrets.some((secret) => equal(given, secret));
}

/** What `Authorization: Bearer` carries; null where it is another scheme, or none. */
export function readBearer(authorization: string | null): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? "")?.[1] ?? null;
}
