import { join } from "node:path";
import { PROJECT_ROOT } from "../tools/project_root.ts";
import { findFunctions } from "../local/functions/find_functions.ts";
import { startFunctionProcess } from "../local/functions/function_process.ts";
import type { Outcome, Series } from "./case.ts";
import { median } from "./figures.ts";
import { type Contender, interleave } from "./rounds.ts";

/** The doors of a quick run: the lightest, the first and the largest. */
const QUICK = ["fal-webhook", "webhook", "pipeline-step"];
const BARE = "floor: Deno and nothing else";

/**
 * From the start of a door's process to its first answer: bundled, which is as near as can be to a
 * deploy's archive (that holds the same modules in one file, but does not join them, and reads what is
 * imported later only then; what a bundler leaves out, as most of zod's languages, is read there), and
 * from its sources, as `deno task start` runs them; beside it a process that only answers.
 */
export async function measureColdStart(
  { quick, say }: { quick: boolean; say: (line: string) => void },
): Promise<Outcome> {
  const entries = [...await findFunctions(PROJECT_ROOT)]
    .filter(([name]) => !quick || QUICK.includes(name));
  const folder = await Deno.makeTempDir({ prefix: "reelay-bundles-" });
  try {
    say("bundling");
    const bundled: Contender[] = [];
    const sizes: Series[] = [];
    for (const [name, entry] of entries) {
      const files = join(folder, name);
      sizes.push({ name: `${name}, size`, unit: "kB", values: [await bundle(entry, files)] });
      const file = join(files, "index.js");
      bundled.push({ name: `${name}, bundled`, round: () => startOnce(name, file) });
    }
    const bare = join(folder, "bare.js");
    await Deno.writeTextFile(bare, `Deno.serve(() => new Response("ok"));\n`);

    const series = await interleave([
      { name: BARE, round: () => startOnce("bare", bare) },
      ...bundled,
      ...entries.map(([name, entry]) => ({
        name: `${name}, sources`,
        round: () => startOnce(name, entry),
      })),
    ], { unit: "ms", rounds: quick ? 1 : 9, say });

    return {
      series: [...series, ...sizes],
      targets: series.filter(({ name }) => name.endsWith(", bundled")).map(({ name, values }) => ({
        what: `${name}, ms`,
        value: median(values),
        wanted: { most: 250 },
      })),
      notes: ["a process of Deno, with its start: a hosted isolate has that behind it"],
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Milliseconds. */
async function startOnce(name: string, entry: string): Promise<number> {
  const since = performance.now();
  const process = startFunctionProcess({
    name,
    entry,
    env: { SUPABASE_URL: "http://127.0.0.1:1", SUPABASE_SERVICE_ROLE_KEY: "none" },
    shell: Deno.env.toObject(),
  });
  try {
    await process.ready;
    const answer = await fetch(`${process.origin}/${name}`);
    await answer.body?.cancel();
    if (answer.status >= 500) throw new Error(`${name} answered ${answer.status}`);
    return performance.now() - since;
  } finally {
    process.end("SIGKILL");
    await process.ended;
  }
}

/**
 * Writes a file with all that the door imports at once, and one for each thing that it imports later;
 * not minified, as deploys leave modules. Returns their kB.
 */
async function bundle(entry: string, folder: string): Promise<number> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform",
      "deno",
      "--code-splitting",
      "--outdir",
      folder,
      entry,
    ],
    cwd: PROJECT_ROOT,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot bundle ${entry}: ${new TextDecoder().decode(stderr)}`);
  const files = await Array.fromAsync(Deno.readDir(folder));
  const sizes = files.map(async ({ name }) => (await Deno.stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / 1024;
}
