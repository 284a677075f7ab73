import type { Sql } from "postgres";
import { pause } from "../supabase/functions/_shared/pause.ts";
import { moveClock } from "./faults/move_clock.ts";
import { patiently } from "./patient_sql.ts";

const LOOK_EVERY_MS = 500;
/** What is due later than this is brought near by the clock. */
const FAR_SECONDS = 3;
const QUIET_MS = 5000;

/**
 * Waits until no step and no delivery is open. Nothing changed on any timeline, and nothing
 * ended, for `patienceMs`: false, something is stuck.
 */
export async function settle(sql: Sql, { patienceMs }: { patienceMs: number }): Promise<boolean> {
  let lastState = "";
  for (let since = Date.now(); Date.now() - since < patienceMs;) {
    const [now] = await patiently(sql, (sql) =>
      sql`
        with open as (
          select due_at from private.steps where status in ('queued', 'running', 'waiting')
          union all
          select due_at from public.webhook_deliveries where status in ('pending', 'delivering')
        )
        select
          (select count(*)::int from open) as open,
          (select count(*)::int from open where due_at <= private.clock()) as overdue,
          (select extract(epoch from min(due_at) filter (where due_at > private.clock()) - private.clock())::float8
            from open) as due_in,
          (select coalesce(max(event_id), 0)::text from public.pipeline_events) as last_event`);
    if (now?.open === 0) return true;
    const state = `${now?.last_event}, ${now?.open} open`;
    if (state !== lastState) since = Date.now();
    lastState = state;
    // What is overdue may wait in order behind what is due later.
    const isQuiet = now?.overdue === 0 || Date.now() - since > QUIET_MS;
    if (isQuiet && now?.due_in > FAR_SECONDS) {
      await patiently(sql, (sql) => moveClock(sql, Math.ceil(now?.due_in)));
    }
    await pause(LOOK_EVERY_MS);
  }
  return false;
}
