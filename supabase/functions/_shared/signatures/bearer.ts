import { equal } from "../constant_time.ts";

/** `Authorization: Bearer <secret>`, the secret being the literal string. */
export function isBearer(authorization: string | null, secrets: readonly string[]): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? "")?.[1];
  return given !== undefined && secrets.some((secret) => equal(given, secret));
}
