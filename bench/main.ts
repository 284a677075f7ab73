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
import { saveResult } from "./save_result.ts";
import { showTable } from "./show_table.ts";
import { writeReadme } from "./write_readme.ts";

const CASES: Record<string, Case> = {
  intake: {
    what: "jobs through POST /webhook, beside FastAPI + Redis and a naive door",
    isQuick: true,
    run: measureIntake,
  },
  callbacks: {
    what: "callbacks at fal-webhook, beside the floors that the machine allows",
    isQuick: true,
    run: measureCallbacks,
  },
  pipeline: {
    what: "three-scene films with providers that answer at once, beside pg-boss",
    isQuick: true,
    run: measurePipeline,
  },
  latency: {
    what: "callback accepted to the next provider request, idle and under load",
    isQuick: true,
    run: measureLatency,
  },
  growth: {
    what: "a callback with many finished rows, and each door's memory",
    isQuick: true,
    run: measureGrowth,
  },
  cold_start: {
    what: "process start to first answer, and bytes bundled",
    isQuick: true,
    run: measureColdStart,
  },
  bell_bursts: {
    what: "the bell under a burst of status changes",
    isQuick: true,
    run: measureBellBursts,
  },
  deliveries: {
    what: "signed deliveries a second, and beside a dead endpoint",
    isQuick: true,
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

Measures, checks that nothing was lost meanwhile, prints a table, and writes bench/results/<name>.json
and .svg (with --quick below bench/results/quick/), and the tables of bench/README.md. Without a name everything, one after the other.
Figures belong to the machine; compare what stands in one table. Let nothing else run.

  --quick  small amounts, under a minute for all that have a quick form

${
  Object.entries({ ...CASES, ...OTHERS }).map(([name, { what }]) => `  ${name.padEnd(12)}${what}`)
    .join("\n")
}`;

async function main(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP);
    return 0;
  }
  const quick = args.includes("--quick");
  const [name, ...rest] = args.filter((arg) => arg !== "--quick");
  const names = Object.keys({ ...CASES, ...OTHERS });
  if (name !== undefined && !names.includes(name)) {
    console.error(`Cannot measure "${name}": there is ${names.join(", ")}`);
    return 1;
  }

  const conditions = await readConditions();
  console.log(Object.entries(conditions).map(([what, value]) => `${what} ${value}`).join(" · "));
  for (const [each, { what, isQuick, run }] of Object.entries(CASES)) {
    if (name === undefined ? quick && !isQuick : name !== each) continue;
    console.log(`\n${each}: ${what}`);
    const say = (line: string) => console.error(`  ... ${line}`);
    const outcome = await run({ quick, args: rest, say });
    console.log(showTable(outcome));
    await saveResult({ name: each, what, quick, outcome, conditions });
  }
  const hasMeasured = name === undefined || Object.hasOwn(CASES, name);
  if (!quick && hasMeasured) await writeReadme(Object.keys(CASES));
  for (const [each, { what, main }] of Object.entries(OTHERS)) {
    if (name === undefined ? quick : name !== each) continue;
    console.log(`\n${each}: ${what}`);
    await main(rest);
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
