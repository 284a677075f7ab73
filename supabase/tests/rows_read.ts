import type { Sql } from "postgres";

/** Has a session tell what it has counted until now, which it does between two transactions. */
export async function tellCounts(session: Sql): Promise<void> {
  await session`select pg_stat_force_next_flush()`;
  await session`select 1`;
}

/** Rows that this connection read through indexes until now, all tables together. */
export async function rowsRead(sql: Sql, session: Sql): Promise<number> {
  await tellCounts(session);
  const [read] = await sql`select sum(idx_tup_read)::int as rows from pg_stat_user_indexes`;
  return read?.rows;
}
