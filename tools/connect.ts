import postgres, { type Sql } from "postgres";
import type { Get } from "../supabase/functions/_shared/env.ts";
import { isLocal } from "./is_local.ts";

/** The pocket Supabase's. */
const LOCAL = "postgres://postgres:postgres@127.0.0.1:54322/postgres";

/**
 * The database that a tool is to talk to: as told, else SUPABASE_DB_URL, else this machine's.
 *
 * @param functions base of the functions that belong to it
 * @throws where they are hosted and no database is named: this machine's is another one's; and where
 * what is named is no address of a Postgres
 */
export function databaseUrl(
  told: string | undefined,
  { get, functions }: { get: Get; functions: string | null },
): string {
  const url = told ?? get("SUPABASE_DB_URL");
  if (url === undefined && functions && /^https:\/\/[^/]+\.supabase\.co\b/.test(functions)) {
    throw new Error(
      `Cannot tell the database of ${functions}: --db or SUPABASE_DB_URL has to name it, ` +
        "by the session pooler's address",
    );
  }
  if (url !== undefined && !isDatabaseUrl(url)) {
    throw new Error(
      "Cannot tell the database: --db and SUPABASE_DB_URL take postgresql://<user>:<password>@<host>/…",
    );
  }
  return url ?? LOCAL;
}

/** Anything else would be connected to as well: to this machine, where no host is read in it. */
function isDatabaseUrl(text: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return false;
  return new URL(text).hostname !== "";
}

/** Connects as one session; with TLS where the host is not this machine. */
export function connect(url: string): Sql {
  const isHere = isLocal(url);
  return postgres(url, {
    max: 1,
    connect_timeout: 10,
    // The transaction pooler keeps no prepared statements from one transaction to the next.
    prepare: isHere,
    onnotice() {},
    ...!isHere && !url.includes("sslmode=") ? { ssl: "require" as const } : {},
  });
}

/** A database's address without its password. */
export function shownUrl(url: string): string {
  const { hostname, port, pathname, username } = new URL(url);
  return `${username}@${hostname}:${port || 5432}${pathname}`;
}
