import { createHash } from "node:crypto";
import type { ProjectKeys } from "../project_keys.ts";

/** The database role that a key stands for. */
export type Role = "service_role" | "anon";

/**
 * Reads who is asking from `apikey`, else `Authorization: Bearer`. Null for no key or a wrong one.
 * Looking a digest up tells nothing about the key by the time that it takes.
 */
export function createKeyReader(keys: ProjectKeys): (headers: Headers) => Role | null {
  const roles = new Map<string, Role>([
    [digest(keys.publishable), "anon"],
    [digest(keys.secret), "service_role"],
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
