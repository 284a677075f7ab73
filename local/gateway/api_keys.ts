import { createHash } from "node:crypto";

/** The database role that a key stands for. */
export type Role = "service_role" | "anon";

/** Supabase's API keys: `sb_secret_...` is the server's, `sb_publishable_...` may be public. */
export type ApiKeys = { secret: string[]; publishable: string[] };

/**
 * Reads who is asking from `apikey`, else `Authorization: Bearer`. Null for no key or a wrong one.
 * Looking a digest up tells nothing about the key by the time that it takes.
 */
export function createKeyReader(keys: ApiKeys): (headers: Headers) => Role | null {
  const roles = new Map<string, Role>([
    ...keys.publishable.map((key): [string, Role] => [digest(key), "anon"]),
    ...keys.secret.map((key): [string, Role] => [digest(key), "service_role"]),
  ]);

  return (headers) => {
    const key = headers.get("apikey") ?? bearerOf(headers.get("authorization"));
    return key === null ? null : roles.get(digest(key)) ?? null;
  };
}

function bearerOf(authorization: string | null): string | null {
  return authorization === null ? null : /^bearer +(.+)$/i.exec(authorization)?.[1] ?? null;
}

function digest(key: string): string {
  return createHash("sha256").update(key).digest("base64");
}
