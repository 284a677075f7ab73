import type { Sql } from "postgres";

/** Ends a part of everybody's connections to Postgres: those of the gateway, pg_net, pg_cron. */
export async function cutConnections(
  sql: Sql,
  { share, choice }: { share: number; choice: number },
): Promise<void> {
  const backends = await sql`
    select pid from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() 
      and backend_type = 'client backend'
    order by backend_start, pid`;
  const first = Math.floor(choice * backends.length);
  const count = Math.ceil(share * backends.length);
  for (const { pid } of [...backends, ...backends].slice(first, first + count)) {
    await sql`select pg_terminate_backend(${pid})`;
  }
}
