import type { Outcome } from "./case.ts";
import { cpuOf } from "./cpu_time.ts";
import { type Doors, startDoors } from "./doors.ts";
import { median, ratio, short } from "./figures.ts";
import { makeJobs } from "./jobs.ts";
import { expectStatuses, type LoadResult, sendLoad } from "./load.ts";
import { type Contender, interleave } from "./rounds.ts";
import { PACKAGES, startFastApi } from "./peers/fastapi.ts";
import { createBenchTable, startNaive } from "./peers/naive.ts";

const CROWD = 1000;

/** `POST /webhook` at 50 and at 1,000 connections, beside what one would pick instead. */
export async function measureIntake(
  { quick, say }: { quick: boolean; say: (line: string) => void },
): Promise<Outcome> {
  // Compilers look at what runs often for some ten thousand requests.
  const [jobs, warmUps, rounds] = quick ? [200, 1, 1] : [5000, 3, 5];
  await using cleanup = new AsyncDisposableStack();
  say("starting doors");
  const doors = cleanup.use(await startDoors(["webhook"]));
  await createBenchTable(doors);
  const secret = doors.env.WEBHOOK_SECRET ?? "";
  const naive = cleanup.use(await startNaive(doors, { mode: "insert", secret }));
  const fastapi = await startFastApi();
  if (fastapi) cleanup.use(fastapi);

  let accepted = 0;
  let inserted = 0;
  const crowded: LoadResult[] = [];
  const cpu = { door: new Array<number>(), load: new Array<number>() };
  const webhook = doors.originOf("webhook");
  async function take(connections: number, amount: number): Promise<LoadResult> {
    const pids = [doors.pidOf("webhook")];
    const before = await cpuOf(pids);
    const result = await sendLoad(webhook, { requests: makeJobs(amount, secret), connections });
    cpu.door.push((await cpuOf(pids) - before) / result.sent);
    cpu.load.push(result.cpu);
    expectStatuses("intake", result, ["202"]);
    accepted += result.statuses["202"] ?? 0;
    return result;
  }
  const contenders: Contender[] = [
    { name: "POST /webhook, 50 connections", round: async () => rate(await take(50, jobs)) },
    {
      name: "POST /webhook, 1,000 connections",
      async round() {
        const result = await take(CROWD, Math.max(jobs, CROWD));
        crowded.push(result);
        return rate(result);
      },
    },
    {
      name: "naive door, one insert, 50 connections",
      async round() {
        const requests = makeJobs(jobs, secret);
        const result = await sendLoad(naive.origin, { requests, connections: 50 });
        expectStatuses("naive door", result, ["202"]);
        inserted += result.statuses["202"] ?? 0;
        return rate(result);
      },
    },
  ];
  let queued = 0;
  if (fastapi) {
    contenders.push({
      name: "FastAPI + Redis, 50 connections",
      async round() {
        const requests = makeJobs(jobs, secret);
        const result = await sendLoad(fastapi.origin, { requests, connections: 50 });
        expectStatuses("FastAPI", result, ["202"]);
        queued += result.statuses["202"] ?? 0;
        return rate(result);
      },
    });
  }
  const series = await interleave(contenders, { unit: "jobs/s", rounds, warmUps, say });

  await checkRows(doors, { accepted, inserted });
  if (fastapi && await fastapi.countJobs() !== queued) throw new Error("FastAPI lost jobs");
  const [door = [], , single = [], peer] = series.map(({ values }) => values);
  const crowd = crowded.slice(warmUps).map(({ p99 }) => p99);
  return {
    series: [
      ...series,
      { name: "p99 at 1,000 connections", unit: "ms", values: crowd },
      // Two contenders warm it up.
      { name: "CPU of the door alone, a job", unit: "ms", values: cpu.door.slice(2 * warmUps) },
    ],
    targets: [
      ...(peer
        ? [{ what: "intake to FastAPI + Redis", value: ratio(door, peer), wanted: { least: 1.25 } }]
        : []),
      { what: "p99 at 1,000 connections, ms", value: median(crowd), wanted: { most: 1200 } },
    ],
    notes: [
      `${accepted} jobs accepted, each with its three scenes and its first step in the database`,
      `intake to the naive door: ${short(ratio(door, single))}`,
      `the load's own CPU: ${short(median(cpu.load))} ms a request`,
      ...(fastapi ? [] : [`FastAPI was skipped: it needs ${PACKAGES}`]),
    ],
  };
}

function rate({ sent, seconds }: LoadResult): number {
  return sent / seconds;
}

async function checkRows(
  { sql }: Doors,
  { accepted, inserted }: { accepted: number; inserted: number },
): Promise<void> {
  const [found] = await sql`
    select
      (select count(*)::int from public.projects) as projects,
      (select count(*)::int from public.scenes) as scenes,
      (select count(distinct project_id)::int from private.steps) as begun,
      (select count(*)::int from public.bench_rows) as rows,
      (select count(*)::int from private.check_invariants()) as broken`;
  const wanted = {
    projects: accepted,
    scenes: 3 * accepted,
    begun: accepted,
    rows: inserted,
    broken: 0,
  };
  for (const [what, count] of Object.entries(wanted)) {
    if (found?.[what] !== count) {
      throw new Error(`Cannot trust intake: ${what} should be ${count}, not ${found?.[what]}`);
    }
  }
}
