import type { Sql } from "postgres";

/**
 * Has each connection of these clients tell what it has counted until now. By itself it does so between two
 * transactions, a second later.
 */
export async function tellCounts(...clients: readonly Sql[]): Promise<void> {
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
