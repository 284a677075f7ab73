import { type Case, type CaseOptions, isMet } from "./case.ts";
import type { Conditions } from "./conditions.ts";
import { saveResult } from "./save_result.ts";
import { type CaseRun, describe, showTable } from "./show_table.ts";

type Run = Omit<CaseOptions, "say"> & { conditions: Conditions; stopping: AbortSignal };

/** A case that fails is told of and stops no other. */
export async function runCase(
  name: string,
  { what, run }: Case,
  { quick, options, stacks, conditions, stopping }: Run,
): Promise<CaseRun> {
  const since = performance.now();
  const seconds = () => (performance.now() - since) / 1000;
  console.log(`\n${name}: ${what}`);
  function say(line: string): void {
    stopping.throwIfAborted();
    console.error(`  ... ${line}`);
  }
  try {
    const outcome = await run({ quick, options, stacks, say });
    console.log(showTable(outcome));
    await saveResult({ name, what, quick, outcome, conditions });
    const missed = outcome.targets?.filter((target) => !isMet(target)) ?? [];
    return { name, seconds: seconds(), missed: missed.map(describe), error: null };
  } catch (error) {
    if (stopping.aborted) return { name, seconds: seconds(), missed: [], error: "interrupted" };
    console.error(error);
    const words = error instanceof Error ? error.message : String(error);
    return { name, seconds: seconds(), missed: [], error: words };
  }
}

/**
 * At ctrl-C a case ends where it next says something, each round for most, and takes down what it
 * put up: to exit at once would leave peers and temporary folders behind. The second ctrl-C does; what
 * comes within a second is the first one again, which npx and `deno task` hand on as well.
 */
export function stopWithRound(): AbortSignal {
  const stopping = new AbortController();
  let first = Infinity;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (performance.now() - first > 1000) Deno.exit(130);
      if (stopping.signal.aborted) return;
      first = performance.now();
      console.error("Ending with this round; once more ends at once and leaves temporary folders");
      stopping.abort();
    });
  }
  return stopping.signal;
}
