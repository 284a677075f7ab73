import type { Sql } from "postgres";
import { type Finding, ok, wrong } from "./finding.ts";

/** How large the database is, and whether it takes anything: a full disk makes it read-only. */
export async function checkDatabase(sql: Sql, where: string): Promise<Finding[]> {
  const [row] = await sql<{ size: string; is_read_only: boolean }[]>`
    select pg_size_pretty(pg_database_size(current_database())) as size,
      current_setting('transaction_read_only')::boolean as is_read_only`;
  const what = `Database ${where}, ${row?.size}`;
  return row?.is_read_only
    ? [wrong(`${what}, is read-only`, "its disk is full: docs/operations.md, The disk fills up")]
    : [ok(what)];
}
