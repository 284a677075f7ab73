import type { Sql } from "postgres";
import { tellCounts } from "../../bench/tell_counts.ts";

/**
 * Rows read through indexes until now, all tables together: by what fills the tables, which has to be told
 * before the measured session is asked, and by that.
 */
export async function rowsRead(sql: Sql, session: Sql): Promise<number> {
  await tellCounts(sql, session);
  const [read] = await sql`select sum(idx_tup_read)::int as rows from pg_stat_user_indexes`;
  return read?.rows;
}

/** Rows of one table that a session read for this statement, one by one or through an index. */
export async function readFor(
  sql: Sql,
  session: Sql,
  table: string,
  statement: string,
): Promise<number> {
  const count = async () => {
    await tellCounts(sql, session);
    const [row] = await sql`
      select seq_tup_read::int + coalesce(idx_tup_fetch, 0)::int as rows
      from pg_stat_user_tables where relname = ${table}`;
    return row?.rows;
  };
  const before = await count();
  await session.unsafe(statement);
  return await count() - before;
}
