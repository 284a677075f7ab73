import type { Sql } from "postgres";
import type { Session } from "../../supabase/tests/test_database.ts";

const PATIENCE_MS = 60_000;

/** Resolves once a session waits for a lock that somebody holds: the race is where it should be. */
export async function untilWaiting(sql: Sql, { pid }: Session): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const [session] = await sql`
      select wait_event_type, state from pg_stat_activity where pid = ${pid}`;
    if (session?.wait_event_type === "Lock") return;
  }
  throw new Error("Cannot wait for session: it never waited for a lock");
}

/**
 * Runs two verbs at the same moment, always in the same way: `first` does its work and stays open,
 * `second` runs into its locks, then `first` commits.
 */
export async function collide<A, B>(
  sql: Sql,
  [first, doFirst]: [Session, () => Promise<A>],
  [second, doSecond]: [Session, () => Promise<B>],
): Promise<[A, B]> {
  await first.sql`begin`;
  const a = await doFirst();
  const b = doSecond();
  await untilWaiting(sql, second);
  await first.sql`commit`;
  return [a, await b];
}
