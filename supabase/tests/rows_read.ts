import type { Sql } from "postgres";

/** Has each connection tell what it has counted until now, which it does between two transactions. */
export async function tellCounts(...clients: Sql[]): Promise<void> {
  for (const client of clients) {
    const places = Array.from({ length: client.options.max });
    const connections = await Promise.all(places.map(() => client.reserve()));
    for (const connection of connections) {
      await connection`select pg_stat_force_next_flush()`;
      await connection`select 1`;
      connection.release();
    }
  }
}

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
