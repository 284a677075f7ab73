import { readWhole } from "../tools/read_whole.ts";
import { readArguments } from "../tools/usage.ts";
import { FAULTS, type Faults, readFaults } from "./fault_kinds.ts";
import { describeOutcome, isKept } from "./report.ts";
import { runChaos } from "./run.ts";
import { planSchedule } from "./schedule.ts";

const HELP = `deno task chaos [--films N] [--seed S] [--faults LIST] [--log FILE] [--plan]

Runs films through a pocket Supabase of its own (real functions, a Postgres that syncs, real HTTP)
while faults befall it and people pause, cancel, retry, order again, have scenes made once more and
delete, then compares the database with fal's account, with the files in Storage and with what
clients and standing endpoints heard. One film in twelve is written by a language model; as many have voices, music, captions.
Exits with 1 when a film was lost, doubled, is stuck, was paid twice, stored otherwise than made or
called back under two ids, when more outcomes are unknown than calls may have been lost, or when an
invariant is broken. Leaves nothing running.

  --films N      how many (default 200); 20 are under way at a time
  --seed S       which schedule of faults (default 1): the same seed, the same faults
  --faults LIST  all (default), none, or kinds with commas between them:
                 no-bells       no bell at all is delivered
                 no-callbacks   no callback at all is delivered
${
  Object.keys(FAULTS).reduce<string[]>((lines, kind) => {
    const line = lines.at(-1) ?? "";
    return line.length + kind.length > 70
      ? [...lines, kind]
      : [...lines.slice(0, -1), line ? `${line} ${kind}` : kind];
  }, []).map((line) => `                 ${line}`).join("\n")
}
  --log FILE     writes there what functions, fal and Postgres say
  --plan         prints the schedule and runs nothing
  --help         shows this`;

type Options = { films: number; seed: number; faults: Faults; log: string | null; plan: boolean };

function readOptions(): Options {
  const { values } = readArguments(HELP, {
    options: {
      films: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
      faults: { type: "string", default: "all" },
      log: { type: "string" },
      plan: { type: "boolean", default: false },
    },
  });
  return {
    films: readWhole("--films", values.films),
    seed: readWhole("--seed", values.seed),
    faults: readFaults(values.faults),
    log: values.log ?? null,
    plan: values.plan,
  };
}

async function run({ log: path, ...options }: Options): Promise<boolean> {
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (ending.signal.aborted) Deno.exit(130);
      console.log("Ending with the films that are under way");
      ending.abort();
    });
  }
  using file = path === null ? null : await Deno.open(path, {
    write: true,
    create: true,
    truncate: true,
  });
  const text = new TextEncoder();
  const outcome = await runChaos({
    ...options,
    log: (line) => file?.writeSync(text.encode(`${new Date().toISOString()} ${line}\n`)),
    tell: console.log,
    signal: ending.signal,
  });
  console.log(describeOutcome(outcome));
  return isKept(outcome);
}

if (import.meta.main) {
  try {
    const options = readOptions();
    if (options.plan) console.log(JSON.stringify(planSchedule(options), null, 1));
    else if (!await run(options)) Deno.exit(1);
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
