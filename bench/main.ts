import { measureDeliveries } from "./deliveries.ts";
import { measureCallbacks } from "./callbacks.ts";
import type { Case } from "./case.ts";
import { readConditions } from "./conditions.ts";
import { main as measureDuplicates } from "./duplicates.ts";
import { main as measureFilms } from "./films.ts";
import { measureIntake } from "./intake.ts";
import { main as measurePgNet } from "./pg_net.ts";
import { measureLatency } from "./latency.ts";
import { measureGrowth } from "./growth.ts";
import { measureColdStart } from "./cold_start.ts";
import { measureBellBursts } from "./bell_bursts.ts";
import { measurePipeline } from "./pipeline.ts";
import { readOptions } from "./read_options.ts";
import { openResults } from "./save_result.ts";
import { runCase, stopWithRound } from "./run_case.ts";
import { createStacks } from "./stacks.ts";
import { refuse } from "../tools/usage.ts";
import { type CaseRun, showSummary } from "./show_table.ts";
import { writeReadme } from "./write_readme.ts";
import { writeScaling } from "./write_scaling.ts";

const CASES: Record<string, Case> = {
  intake: {
    what: "jobs through POST /webhook, beside FastAPI + Redis and a naive door",
    run: measureIntake,
  },
  callbacks: {
    what: "callbacks at fal-webhook, beside the floors that the machine allows",
    run: measureCallbacks,
  },
  pipeline: {
    what: "three-scene films with providers that answer at once, beside pg-boss",
    run: measurePipeline,
  },
  latency: {
    what: "callback accepted to the next provider request, idle and under load",
    options: ["films"],
    run: measureLatency,
  },
  growth: {
    what: "a callback with many finished rows, and each door's memory",
    run: measureGrowth,
  },
  cold_start: {
    what: "process start to first answer, and bytes bundled",
    run: measureColdStart,
  },
  bell_bursts: {
    what: "the bell under a burst of status changes",
    run: measureBellBursts,
  },
  deliveries: {
    what: "signed deliveries a second, and beside a dead endpoint",
    options: ["count", "rate", "seconds"],
    run: measureDeliveries,
  },
};

/** Measurements that print tables of their own. */
const OTHERS: Record<string, { what: string; main: (args: string[]) => Promise<void> }> = {
  films: { what: "long films: 100 cuts, 30 chained scenes", main: measureFilms },
  duplicates: { what: "a callback again, beside its first delivery", main: measureDuplicates },
  pg_net: { what: "the pg_net stand-in beside the original's figures", main: measurePgNet },
};

const HELP = `deno task bench [name] [--quick] [--help]
deno task bench latency [--films N]
deno task bench deliveries [--count N] [--rate N] [--seconds N]

Measures, checks that nothing was lost meanwhile, prints a table, and writes bench/results/<name>.json
and .svg (with --quick below bench/results/quick/), and the tables of bench/README.md and
docs/scaling.md. Without a name all cases, one after the other, half an hour on two threads, and
about a minute with --quick. What fails is named at the end, the others run nevertheless.

${list(CASES)}

By name alone, with tables and options (--help) of their own:

${list(OTHERS)}`;

function list(named: Record<string, { what: string }>): string {
  return Object.entries(named).map(([name, { what }]) => `  ${name.padEnd(12)}${what}`).join("\n");
}

async function main(args: string[]): Promise<number> {
  const quick = args.includes("--quick");
  const [name, ...rest] = args.filter((arg) => arg !== "--quick");
  const other = OTHERS[name ?? ""];
  if (other) {
    await other.main(rest);
    return 0;
  }
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP);
    return 0;
  }
  const chosen = Object.entries(CASES).filter(([each]) => name === undefined || each === name);
  const [first] = chosen;
  if (!first) {
    const known = Object.keys({ ...CASES, ...OTHERS });
    return refuse(`Cannot measure "${name}": there is ${known.join(", ")}`);
  }
  // Before anything is started: a typing error costs no minutes.
  let options: Record<string, number>;
  try {
    options = readOptions(rest, first[1].options);
    await openResults(quick);
  } catch (error) {
    return refuse(
      `Cannot measure ${name ?? "anything"}: ${error instanceof Error ? error.message : error}`,
    );
  }

  const conditions = await readConditions();
  console.log(Object.entries(conditions).map(([what, value]) => `${what} ${value}`).join(" · "));
  const runs: CaseRun[] = [];
  const stopping = stopWithRound();
  await using stacks = createStacks({ shared: quick });
  for (const [each, one] of chosen) {
    if (stopping.aborted) break;
    runs.push(await runCase(each, one, { quick, options, stacks, conditions, stopping }));
  }
  if (!quick) {
    await writeReadme(Object.keys(CASES));
    await writeScaling();
  }
  console.log(`\n${showSummary(runs)}`);
  return runs.some(({ error }) => error !== null) ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
