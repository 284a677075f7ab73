import { join } from "node:path";
import { findFunctions } from "../local/functions/find_functions.ts";
import { PROJECT_ROOT } from "../tools/project_root.ts";
import type { Outcome, Series } from "./case.ts";
import { memoryOf } from "./cpu_time.ts";
import { type Doors, startDoors } from "./doors.ts";
import { requestTo } from "./door_requests.ts";
import { sendLoad } from "./load.ts";
import { findFreePort } from "../local/free_port.ts";
import { type Peer, startPeer } from "./peers/processes.ts";
import { pause } from "../supabase/functions/_shared/pause.ts";

/** Requests in which a process warms up, and in which it is looked at, twice. */
type Amount = { warmUp: number; half: number };
const FULL: Amount = { warmUp: 20_000, half: 40_000 };
const QUICK: Amount = { warmUp: 0, half: 250 };
const QUICK_DOORS = ["fal-webhook", "webhook"];
const SAMPLE_MS = 100;
/**
 * A fifth of what the platform gives a function: V8 collects long before it would by itself, and a
 * leak ends the process.
 */
const SMALL_HEAP = { DENO_V8_FLAGS: "--max-old-space-size=48" };
/** What the garbage collector leaves to the next time makes about so much. */
const MOST = 1.05;

/**
 * Each door's memory over many requests, two doors at a time. A heap rises until it is collected, so
 * the least of all samples counts: of the second half of those after the warm-up, to the first half.
 */
export async function measureMemory(
  { quick, say }: { quick: boolean; say: (line: string) => void },
): Promise<{ series: Series[]; targets: NonNullable<Outcome["targets"]> }> {
  const amount = quick ? QUICK : FULL;
  const names = quick ? QUICK_DOORS : [...(await findFunctions(PROJECT_ROOT)).keys()];
  await using doors = await startDoors(names, { through: startRepeating, more: SMALL_HEAP });
  const measured = new Map<string, { early: number[]; late: number[] }>();
  const left = [...names];
  async function measureNext(): Promise<void> {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      say(`${amount.warmUp + 2 * amount.half} requests to ${name}`);
      if (amount.warmUp > 0) await sampleMemory(doors, name, amount.warmUp);
      const early = await sampleMemory(doors, name, amount.half);
      const late = await sampleMemory(doors, name, amount.half);
      measured.set(name, { early, late });
    }
  }
  await Promise.all([measureNext(), measureNext()]);
  const inOrder = [...measured].toSorted(([a], [b]) => a < b ? -1 : 1);
  return {
    series: inOrder.map(([name, { early, late }]) => ({
      name: `memory of ${name}`,
      unit: "MB",
      values: thin([...early, ...late]),
    })),
    // A few hundred requests are still its warming up.
    targets: quick ? [] : inOrder.map(([name, { early, late }]) => ({
      what: `memory of ${name}, from the 60,000th request on to that from the 20,000th`,
      value: Math.min(...late) / Math.min(...early),
      wanted: { most: MOST },
    })),
  };
}

/** Megabytes while so many requests come, over and over. */
async function sampleMemory(doors: Doors, name: string, times: number): Promise<number[]> {
  const samples: number[] = [];
  let over = false;
  const sampling = (async () => {
    while (!over) {
      samples.push(await memoryOf(doors.pidOf(name)));
      await pause(SAMPLE_MS);
    }
  })();
  try {
    const requests = [{ ...requestTo(name, doors.env), times }];
    const result = await sendLoad(doors.originOf(name), { requests, connections: 20 });
    const refused = Object.keys(result.statuses).some((status) => !status.startsWith("2"));
    if (refused || result.sent !== times) {
      throw new Error(`Cannot trust memory: ${name} answered ${JSON.stringify(result.statuses)}`);
    }
  } finally {
    over = true;
    await sampling;
  }
  return samples;
}

/** Twenty of them at most, evenly. */
function thin(values: number[]): number[] {
  const every = Math.ceil(values.length / 20);
  return values.filter((_, n) => n % every === 0).map(Math.round);
}

/** Behind the door the same answer comes again and again: its own memory is what is measured. */
async function startRepeating(apiUrl: string): Promise<Peer> {
  const port = findFreePort();
  return await startPeer(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", join(PROJECT_ROOT, "bench/peers/repeating_api.ts"), apiUrl],
    env: { DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` },
    port,
  });
}
