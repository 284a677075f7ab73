import { randomWhsec } from "../local/env.ts";
import { pause } from "../supabase/functions/_shared/pause.ts";
import { crashPostgres } from "./faults/crash_postgres.ts";
import { cutConnections } from "./faults/cut_connections.ts";
import { fillDisk } from "./faults/fill_disk.ts";
import { freezeFunction } from "./faults/freeze_function.ts";
import { holdProject } from "./faults/hold_project.ts";
import { moveClock } from "./faults/move_clock.ts";
import { rotateSecrets } from "./faults/rotate_secrets.ts";
import { runSecond } from "./faults/second_runner.ts";
import { troubleMedia } from "./faults/trouble_media.ts";
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
  { stack, chat, moments, toDatabase, toStorage, takeSecret }: World,
  { late, log }: { late: LateCallbacks; log: (line: string) => void },
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
      await functions.kill(pick(FUNCTIONS, choice));
      return;
    }
    case "kills-at-moments": {
      const moment = pick(MOMENTS, choice);
      moments.once(moment, () => functions.kill(VICTIMS[moment]));
      return;
    }
    case "kills-before-calls":
      moments.once("announced", () => functions.kill(VICTIMS.announced));
      return;
    case "list-refused": {
      const status = pick(LIST_REFUSALS, choice);
      fal.behave({ on: "list", refuse: { status }, times: 1 + Math.round(force * 3) });
      return;
    }
    case "dead-postgres":
      await pause(force * 1000);
      // An update of the platform stops it politely.
      await (choice < 0.3 ? cluster.restart() : crashPostgres(cluster));
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
    case "lost-calls":
    case "lost-answers": {
      const end = toDatabase.worsen(kind, { every: 1 + Math.round(choice * 5) });
      await pause(500 + force * 3000);
      return end();
    }
    case "slow-answers": {
      // As much of a lease as a function waits for the database.
      const end = toDatabase.worsen(kind, { every: 3, delayMs: 200 + choice * 800 });
      await pause(1000 + force * 3000);
      return end();
    }
    case "storage-away": {
      const trouble = choice < 0.5 ? "lost-calls" : "lost-answers";
      const end = toStorage.worsen(trouble, { every: 1 + Math.round(force) });
      await pause(500 + force * 3000);
      return end();
    }
    case "media-away":
    case "media-slow":
    case "media-cut-off":
      return await troubleMedia(fal, kind, { force, choice });
    case "frozen-functions":
      return await freezeFunction(functions, pick(FUNCTIONS, choice), 500 + force * 8000);
    case "second-runner":
      return await runSecond(stack, { ms: 2000 + force * 8000, log });
    case "read-only":
      return await fillDisk(stack.dbUrl, 500 + force * 4000);
    case "clock-set-back":
      await patiently(sql, (sql) => moveClock(sql, -Math.round(1 + force * 20)));
      return;
    case "rotated-secrets":
      return await rotateSecrets(stack, {
        CALLBACK_SIGNING_SECRET: takeSecret(),
        PIPELINE_BELL_SECRET: randomWhsec(),
      }, 500 + force * 4000);
    default:
      return;
  }
}

/** @param choice from 0 up to 1 */
function pick<T>(items: readonly [T, ...T[]], choice: number): T {
  return items[Math.floor(choice * items.length)] ?? items[0];
}
