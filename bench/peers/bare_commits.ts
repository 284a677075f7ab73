import type { Sql } from "postgres";

/** The table of the floor. Sessions are of service_role, as the functions' are. */
export async function createBareTable(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create table public.bench_bare (row_id bigint generated always as identity primary key, body text not null);
    grant insert on table public.bench_bare to service_role;
  `);
}

/**
 * What the machine allows at most: so many commits of one small row, one at a time on each session;
 * commits a second.
 */
export async function commitRows(sessions: readonly Sql[], rows: number): Promise<number> {
  let begun = 0;
  const since = performance.now();
  await Promise.all(sessions.map(async (sql) => {
    while (begun++ < rows) await sql`insert into public.bench_bare (body) values (${"a row"})`;
  }));
  return rows / (performance.now() - since) * 1000;
}
