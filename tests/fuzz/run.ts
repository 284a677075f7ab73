import fc from "fast-check";
import { exchange } from "./connection.ts";
import type { FuzzRequest } from "./fuzz_request.ts";
import type { FuzzStack } from "./fuzz_stack.ts";
import { requests } from "./requests.ts";
import { sign } from "./signatures.ts";
import { faultOf, nameOf } from "./verdict.ts";

export type Report = {
  /** Door, answer, how often. */
  counts: Map<string, Map<string, number>>;
  faults: { fault: string; request: FuzzRequest; answer: unknown }[];
  sent: number;
};

const BATCH = 250;
const AT_ONCE = 12;
/** Milliseconds after which a door hangs: far above what a busy machine needs. */
const PATIENCE = 20_000;
/** More of them tell nothing new. */
const MOST_FAULTS = 20;

/** Sends generated requests, half of them without a valid signature and these first. */
export async function fuzz(
  world: FuzzStack,
  { seed, runs, progress = () => {} }: {
    seed: number;
    runs: number;
    progress?: (report: Report) => void;
  },
): Promise<Report> {
  const report: Report = { counts: new Map(), faults: [], sent: 0 };
  const unsigned = Math.ceil(runs / 2);

  const before = await world.state();
  await sendAll(world, { seed, runs: unsigned, signed: false, report, progress });
  const changed = difference(before, await world.state());
  await sendAll(world, { seed, runs: runs - unsigned, signed: true, report, progress });

  const broken = await world.broken();
  for (const fault of [...changed, ...broken]) {
    report.faults.push({ fault, request: NOBODY, answer: null });
  }
  return report;
}

/** A fault of all requests together. */
const NOBODY: FuzzRequest = {
  door: "",
  method: "",
  suffix: "",
  headers: [],
  body: { kind: "text", text: "" },
  framing: "length",
  signature: "none",
  via: "gateway",
};

async function sendAll(
  world: FuzzStack,
  { seed, runs, signed, report, progress }: {
    seed: number;
    runs: number;
    signed: boolean;
    report: Report;
    progress: (report: Report) => void;
  },
): Promise<void> {
  const { names } = world.stack.functions;
  const arbitrary = requests({ doors: names, paths: world.paths, known: world.known, signed });
  for (let done = 0; done < runs && report.faults.length < MOST_FAULTS; done += BATCH) {
    const numRuns = Math.min(BATCH, runs - done);
    const batch = fc.sample(arbitrary, { seed: seed * 1000 + done / BATCH, numRuns });
    const next = batch[Symbol.iterator]();
    const work = async () => {
      for (const request of next) await sendOne(world, request, report);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    progress(report);
  }
}

async function sendOne(world: FuzzStack, request: FuzzRequest, report: Report): Promise<void> {
  const { stack, falKey } = world;
  const target = stack.functions.find(request.door);
  const direct = request.via === "function" ? target?.origin ?? null : null;
  const signed = await sign(request, { env: stack.env, falKey, now: Date.now() });
  const answer = await exchange(request, {
    origin: direct ?? stack.apiUrl,
    prefix: direct === null ? "/functions/v1/" : "/",
    signed,
    patienceMs: PATIENCE,
  });

  report.sent++;
  const ofDoor = report.counts.get(request.door) ?? new Map<string, number>();
  report.counts.set(request.door, ofDoor);
  const name = nameOf(answer);
  ofDoor.set(name, (ofDoor.get(name) ?? 0) + 1);
  const fault = faultOf(request, answer);
  if (fault !== null) report.faults.push({ fault, request, answer });
}

function difference(before: string, after: string): string[] {
  const old = new Set(before.split("\n"));
  return after.split("\n").filter((line) => !old.has(line))
    .map((line) => `Unsigned requests have changed ${line.split(" ")[0]}`);
}
