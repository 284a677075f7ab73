import { readArguments } from "../../tools/usage.ts";
import { startFuzzStack } from "./fuzz_stack.ts";
import { fuzz, type Report } from "./run.ts";

const USAGE = `deno task test:fuzz [--seed N] [--runs N]

Sends generated requests to every door of a stack of its own, over raw connections: bodies, headers,
encodings, sizes, framings, methods and paths, the first half without a valid signature, the second
half with one. Prints how often each door gave each answer.

  --seed N   what is generated; the same seed generates the same (default: drawn)
  --runs N   requests (default 2000)

Exits 1 if a door answers 5xx, hangs, answers an error that is not JSON with "error", or changes
anything for an unsigned request; each such request is printed.`;

const LONGEST = 700;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values } = readArguments(USAGE, {
    options: {
      seed: { type: "string", default: String(crypto.getRandomValues(new Uint16Array(1))[0]) },
      runs: { type: "string", default: "2000" },
    },
  });
  const [seed, runs] = [Number(values.seed), Number(values.runs)];
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(runs) || runs < 1) {
    console.error(`Cannot read --seed ${values.seed} --runs ${values.runs}: no whole numbers`);
    return 2;
  }

  console.log(`Starting a stack; --seed ${seed} --runs ${runs}`);
  const lines: string[] = [];
  const world = await startFuzzStack({ log: (line) => lines.push(line) });
  const since = performance.now();
  let told = since;
  let shown = 0;
  try {
    const report = await fuzz(world, {
      seed,
      runs,
      progress({ sent, faults }) {
        // At once: a run that somebody ends early has told of them.
        while (shown < faults.length) printFault(faults[shown++]);
        if (performance.now() - told < 10_000) return;
        told = performance.now();
        console.log(`${sent} of ${runs} sent, ${faults.length} faults`);
      },
    });
    print(report);
    while (shown < report.faults.length) printFault(report.faults[shown++]);
    console.log(`${report.sent} requests in ${Math.round((performance.now() - since) / 1000)} s`);
    if (report.faults.length > 0) {
      const failed = lines.filter((line) => /door\.failed|run\.failed/.test(line));
      console.log(failed.slice(-10).map((line) => line.slice(0, LONGEST)).join("\n"));
    }
    console.log(`${report.faults.length} faults, --seed ${seed} --runs ${runs}`);
    return report.faults.length > 0 ? 1 : 0;
  } finally {
    await world.stop();
  }
}

function printFault(found: Report["faults"][number] | undefined): void {
  if (found === undefined) return;
  const { fault, request, answer } = found;
  const told = request.door === "" ? "" : JSON.stringify({ answer, request }).slice(0, LONGEST);
  console.log(`\n${new Date().toISOString()} ${fault}\n${told}`);
}

function print({ counts }: Report): void {
  for (const [door, answers] of [...counts].sort(([a], [b]) => a < b ? -1 : 1)) {
    console.log(door);
    for (const [answer, n] of [...answers].sort(([, a], [, b]) => b - a)) {
      console.log(`${String(n).padStart(8)}  ${answer}`);
    }
  }
}
