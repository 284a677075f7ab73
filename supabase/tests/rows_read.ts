import type { Sql } from "postgres";

/** Rows that this connection read through indexes until now, all tables together. */
export async function rowsRead(sql: Sql, session: Sql): Promise<number> {
  // A session tells its counts between two transactions.
  await session`select pg_stat_force_next_flush()`;
  await session`select 1`;
  const [read] = await sql`select sum(idx_tup_read)::int as rows from pg_stat_user_indexes`;
  return read?.rows;
}
