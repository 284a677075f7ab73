import { PROJECT_ROOT } from "../tools/project_root.ts";
import { findFunctions } from "../local/functions/find_functions.ts";
import { startFunctionProcess } from "../local/functions/function_process.ts";
import type { Outcome, Series } from "./case.ts";
import { median } from "./figures.ts";
import { interleave } from "./rounds.ts";

/** The doors of a quick run: the lightest, the first and the largest. */
const QUICK = ["fal-webhook", "webhook", "pipeline-step"];

/** From the start of a door's process to its first answer, and how much code that is. */
export async function measureColdStart(
  { quick, say }: { quick: boolean; say: (line: string) => void },
): Promise<Outcome> {
  const entries = [...await findFunctions(PROJECT_ROOT)]
    .filter(([name]) => !quick || QUICK.includes(name));
  const series = await interleave(
    entries.map(([name, entry]) => ({
      name: `${name}, first answer`,
      round: () => startOnce(name, entry),
    })),
    { unit: "ms", rounds: quick ? 1 : 9, say },
  );

  say("bundling");
  const bytes: Series[] = [];
  for (const [name, entry] of entries) {
    bytes.push({ name: `${name}, bundled`, unit: "kB", values: [await bundledSize(entry)] });
  }
  return {
    series: [...series, ...bytes],
    targets: series.map(({ name, values }) => ({
      what: `${name}, ms`,
      value: median(values),
      wanted: { most: 250 },
    })),
    notes: ["a process of Deno, with its start: a hosted isolate has that behind it"],
  };
}

async function startOnce(name: string, entry: string): Promise<number> {
  const since = performance.now();
  const process = startFunctionProcess({
    name,
    entry,
    env: { SUPABASE_URL: "http://127.0.0.1:1", SUPABASE_SERVICE_ROLE_KEY: "none" },
    shell: Deno.env.toObject(),
    log: () => {},
  });
  try {
    await process.ready;
    const answer = await fetch(`${process.origin}/${name}`);
    await answer.body?.cancel();
    return performance.now() - since;
  } finally {
    process.end("SIGKILL");
    await process.ended;
  }
}

/** Kilobytes of one minified file with all that the door imports; NaN where it cannot be bundled. */
async function bundledSize(entry: string): Promise<number> {
  const output = await Deno.makeTempFile({ suffix: ".js" });
  try {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--minify", "--platform", "deno", "-o", output, entry],
      cwd: PROJECT_ROOT,
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? (await Deno.stat(output)).size / 1024 : NaN;
  } finally {
    await Deno.remove(output);
  }
}
