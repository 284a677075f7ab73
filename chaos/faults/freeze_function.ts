import { pause } from "../../supabase/functions/_shared/pause.ts";
import type { Functions } from "../../local/functions/processes.ts";

/** Stops a function in the middle of whatever it does; it goes on as if no time had passed. */
export async function freezeFunction(
  functions: Pick<Functions, "pidOf">,
  name: string,
  ms: number,
): Promise<void> {
  const pid = functions.pidOf(name);
  if (pid === null || !signal(pid, "SIGSTOP")) return;
  await pause(ms);
  signal(pid, "SIGCONT");
}

/** False: there is no such process any more. */
function signal(pid: number, name: Deno.Signal): boolean {
  try {
    Deno.kill(pid, name);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
