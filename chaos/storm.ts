import { pause } from "../supabase/functions/_shared/pause.ts";
import { crashPostgres } from "./faults/crash_postgres.ts";
import { cutConnections } from "./faults/cut_connections.ts";
import { holdProject } from "./faults/hold_project.ts";
import { moveClock } from "./faults/move_clock.ts";
import { MOMENTS, VICTIMS } from "./moments.ts";
import { patiently } from "./patient_sql.ts";
import type { Storm } from "./schedule.ts";
import type { World } from "./world.ts";

const FUNCTIONS = ["pipeline-step", "fal-webhook", "webhook"] as const;
/** fal's list is down, busy, or not found for a while. */
const LIST_REFUSALS = [500, 503, 429, 404] as const;
const HOUR = 3600;

/** Requests whose callbacks were lost and are to come when hours have passed. */
export type LateCallbacks = { takeEnded(): string[] };

/** Lets one fault loose on the whole stack; resolves when it is over. */
export async function rage(
  { kind, force, choice }: Storm,
  { stack, chat, moments }: World,
  late: LateCallbacks,
): Promise<void> {
  const { sql, fal, netWorker, functions, cluster } = stack;
  switch (kind) {
    case "lost-bells":
      netWorker.pause();
      await pause(1000 + force * 5000);
      netWorker.resume();
      return;
    case "deleted-bells":
      for (const end = Date.now() + 500 + force * 2000; Date.now() < end;) {
        await patiently(sql, (sql) => sql`delete from net.http_request_queue`);
        await pause(20);
      }
      return;
    case "late-callbacks":
      await patiently(sql, (sql) => moveClock(sql, Math.round((1 + force * 3) * HOUR)));
      for (const id of late.takeEnded()) await fal.redeliver(id);
      return;
    case "provider-away":
      await fal.refuse();
      await pause(500 + force * 3000);
      await fal.accept();
      return;
    case "client-away":
      chat.behave(choice < 0.3 ? "hang" : { status: 503 }, 1 + Math.round(force * 2));
      return;
    case "kills": {
      await pause(force * 1000);
      const name = FUNCTIONS[Math.floor(choice * FUNCTIONS.length)] ?? "pipeline-step";
      await functions.kill(name);
      return;
    }
    case "kills-at-moments": {
      const moment = MOMENTS[Math.floor(choice * MOMENTS.length)] ?? "accepted";
      moments.once(moment, () => functions.kill(VICTIMS[moment]));
      return;
    }
    case "kills-before-calls":
      moments.once("announced", () => functions.kill(VICTIMS.announced));
      return;
    case "list-refused": {
      const status = LIST_REFUSALS[Math.floor(choice * LIST_REFUSALS.length)] ?? 503;
      fal.behave({ on: "list", refuse: { status }, times: 1 + Math.round(force * 3) });
      return;
    }
    case "dead-postgres":
      await pause(force * 1000);
      await crashPostgres(cluster);
      return;
    case "cut-connections":
      await patiently(sql, (sql) => cutConnections(sql, { share: 0.3 + force * 0.7, choice }));
      return;
    case "held-transactions":
      // Seconds mostly; one in ten is of the kind that a person forgets.
      await holdProject({
        url: stack.dbUrl,
        ms: force > 0.9 ? 60_000 : 1000 + force * 6000,
        choice,
      });
      return;
    default:
      return;
  }
}
