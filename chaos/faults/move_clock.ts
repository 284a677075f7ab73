import type { Sql } from "postgres";

/** Moves the database's clock ahead, or back. */
export async function moveClock(sql: Sql, seconds: number): Promise<void> {
  await sql`
    update private.settings
    set value = to_jsonb((value #>> '{}')::numeric + ${seconds}::numeric)
    where name = 'clock_offset_seconds'`;
}
