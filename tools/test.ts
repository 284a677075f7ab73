import { join } from "node:path";
import { startCluster } from "../local/postgres/cluster.ts";
import { prepareData, prepareTemplate } from "../local/postgres/testing.ts";
import { DENO_ENV, denoBinary, HOSTED_DENO } from "./deno_binary.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { tryOnceMore } from "./second_try.ts";
import { shareIsolates } from "./share_isolates.ts";
import { findTestFiles } from "./test_files.ts";
import { runTests, type Totals } from "./test_run.ts";
import { showHelp } from "./usage.ts";

const USAGE = `deno task test [part of a path...]

Runs every test, or those whose path has one of the given parts: all of them on the Deno that runs
this, then the functions' own tests again on Deno ${HOSTED_DENO}, which hosted Supabase is compatible
with. They share one throw-away Postgres. A file that fails among others is run once more by itself,
and named at the end if it holds then. Types are left to \`deno task ok\`. The last line is
"N passed, N failed".`;

const PARALLEL = "--parallel";
/** They fill the machine, or look at the order of what a pause separates. */
const ALONE = ["tests/chaos/", "tests/fuzz/", "local/postgres/net_"];

/** Their stacks begin with a copy of one database. */
const ON_STACKS = /^(client|tests\/(pipeline|deliveries|outside_worker|redis|seed_handlers))\//;

if (import.meta.main) {
  showHelp(USAGE);
  const totals = await testEverything(Deno.args);
  console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
  Deno.exit(totals.failed > 0 || totals.passed === 0 ? 1 : 0);
}

/** Runs what the filters leave. Ends everything it started, on ctrl-C as well. */
export async function testEverything(filters: string[]): Promise<Totals> {
  const files = await findTestFiles(PROJECT_ROOT, filters);
  if (files.length === 0) {
    console.log(`No test file has ${filters.join(" or ")} in its path.`);
    return { passed: 0, failed: 0 };
  }

  const stop = new AbortController();
  const abort = () => stop.abort();
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, abort);
  console.log("Starting a throw-away Postgres ...");
  const cluster = await startCluster({
    port: 0,
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
  });
  const folder = await Deno.makeTempDir({ prefix: "reelay-tests-" });
  try {
    // The database's user is another one, and has to reach its data.
    await Deno.chmod(folder, 0o711);
    const data = files.some((path) => ON_STACKS.test(path)) ? join(folder, "data") : null;
    await Promise.all([prepareTemplate(cluster.url), data !== null && prepareData(data)]);
    return await runAll(files, { cluster: cluster.url, data, folder, signal: stop.signal });
  } finally {
    await Deno.remove(folder, { recursive: true });
    await cluster.stop("immediate");
    for (const name of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(name, abort);
  }
}

/**
 * @param data that stacks begin with; null where none is expected to be started
 * @param folder for modules that are written for these runs
 */
async function runAll(
  files: string[],
  { cluster, data, folder, signal }: {
    cluster: string;
    data: string | null;
    folder: string;
    signal: AbortSignal;
  },
): Promise<Totals> {
  const isAlone = (path: string) => ALONE.some((folder) => path.startsWith(folder));
  const ours = files.filter((path) => path.startsWith("supabase/functions/"));
  const env = {
    ...DENO_ENV,
    // One more than CI has cores: tests wait for processes that they started.
    DENO_JOBS: "3",
    REELAY_TEST_CLUSTER: cluster,
    ...data !== null && { REELAY_TEST_DATA: data },
  };
  const local = ["--config=deno.json"];
  const hosted = ["--no-lock", "--no-config", "--import-map=import_map.json"];
  const runs = [
    {
      on: Deno.version.deno,
      args: [...local, PARALLEL],
      files: files.filter((path) => !isAlone(path)),
    },
    { on: Deno.version.deno, args: local, files: files.filter(isAlone) },
    { on: HOSTED_DENO, args: [...hosted, PARALLEL], files: ours },
  ];

  const totals = { passed: 0, failed: 0 };
  const unsteady: string[] = [];
  for (const { on, args, files } of runs) {
    if (files.length === 0 || signal.aborted) continue;
    console.log(`\nRunning tests on Deno ${on} (files: ${files.length}) ...`);
    const command = await denoBinary(on);
    const run = (args: string[], files: string[]) =>
      runTests(command, {
        args: ["test", "-A", "--no-check", ...args, ...files],
        cwd: PROJECT_ROOT,
        env,
        signal,
      });
    const { passed, failed, ...second } = await tryOnceMore(
      await run(args, await shareIsolates(files, { root: PROJECT_ROOT, folder })),
      files.length,
      (failing) => {
        console.log(`\nOnce more, by themselves: ${failing.join(", ")} ...`);
        return run(args.filter((arg) => arg !== PARALLEL), failing);
      },
    );
    unsteady.push(...second.unsteady);
    totals.passed += passed;
    totals.failed += failed;
  }
  for (const file of unsteady) console.log(`\nUnsteady: ${file} held only by itself.`);
  if (signal.aborted) console.log("\nStopped.");
  return signal.aborted ? { ...totals, failed: Math.max(1, totals.failed) } : totals;
}
