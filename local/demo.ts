import { readArguments } from "./demo_arguments.ts";
import { DemoProgress } from "./demo_progress.ts";
import { runDemo } from "./demo_run.ts";
import { wantsColours } from "./paint.ts";

async function main(): Promise<number> {
  const { timeout, ...options } = readArguments();
  const stopped = new AbortController();
  const stop = () => stopped.abort(new Error("Stopped by hand"));
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, stop);
  const late = setTimeout(() => {
    const why = `The film was not there after ${timeout} s; --timeout gives a slow machine longer`;
    stopped.abort(new Error(why));
  }, timeout * 1000);
  const encoder = new TextEncoder();
  const progress = new DemoProgress({
    write: (text) => Deno.stdout.writeSync(encoder.encode(text)),
    isTerminal: Deno.stdout.isTerminal(),
    hasColours: wantsColours({
      isTerminal: Deno.stdout.isTerminal(),
      get: (name) => Deno.env.get(name),
    }),
  });
  try {
    const report = await runDemo({ ...options, signal: stopped.signal, progress });
    console.log(JSON.stringify(report));
    return 0;
  } catch (error) {
    progress.endLine();
    // Parts that ctrl-C took away with us complain in words of their own.
    return fail(stopped.signal.aborted ? stopped.signal.reason : error);
  } finally {
    clearTimeout(late);
    for (const name of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(name, stop);
  }
}

function fail(reason: unknown): 1 {
  console.error(`Failed: ${reason instanceof Error ? reason.message : reason}`);
  return 1;
}

if (import.meta.main) Deno.exit(await main().catch(fail));
