import type { Outcome } from "./case.ts";
import { cpuOf, ownCpu } from "./cpu_time.ts";
import { type Doors, startDoors } from "./doors.ts";
import { median, ratio, short } from "./figures.ts";
import { expectStatuses, type LoadRequest, sendLoad } from "./load.ts";
import { type Contender, interleave } from "./rounds.ts";
import { createBenchTable, startNaive } from "./peers/naive.ts";
import { submitClips } from "./sql_films.ts";
import { signHex } from "../supabase/functions/_shared/signatures/hex_hmac.ts";

const CONNECTIONS = 50;
/** Of ten callbacks: what comes for the first time, again, too late, and about nothing of ours. */
const MIX = { first: 6, duplicate: 2, late: 1, unknown: 1 };

/** Milliseconds a request, round by round. */
type Cpu = Record<"door" | "insert" | "doorAlone" | "load", number[]>;
type Sent = { [Kind in keyof typeof MIX]: number };

/** Callbacks at fal-webhook, beside a door that inserts a row and one that only verifies. */
export async function measureCallbacks(
  { quick, say }: { quick: boolean; say: (line: string) => void },
): Promise<Outcome> {
  const [amount, rounds] = quick ? [100, 1] : [1000, 5];
  await using cleanup = new AsyncDisposableStack();
  say("starting doors");
  const doors = cleanup.use(await startDoors(["fal-webhook"]));
  await createBenchTable(doors);
  const secret = doors.env.FAL_WEBHOOK_SECRET ?? "";
  const insert = cleanup.use(await startNaive(doors, { mode: "signed", secret }));
  const verify = cleanup.use(await startNaive(doors, { mode: "verify", secret }));

  const total: Sent = { first: 0, duplicate: 0, late: 0, unknown: 0 };
  const cpu: Cpu = { door: [], insert: [], doorAlone: [], load: [] };
  let run = 0;
  async function measure(
    origin: string,
    { requests, allowed, pid, spent, alone }: {
      requests: LoadRequest[];
      allowed: string[];
      pid: number;
      spent?: number[];
      alone?: number[];
    },
  ): Promise<number> {
    // This process is the gateway; the load is its child, and no part of what a callback costs.
    const read = async () => ownCpu() + await cpuOf([doors.databasePid, pid]);
    const before = { all: await read(), door: await cpuOf([pid]) };
    const result = await sendLoad(origin, { requests, connections: CONNECTIONS });
    spent?.push((await read() - before.all) / result.sent);
    alone?.push((await cpuOf([pid]) - before.door) / result.sent);
    cpu.load.push(result.cpu);
    expectStatuses("callbacks", result, allowed);
    return result.sent / result.seconds;
  }
  const contenders: Contender[] = [
    {
      name: "first deliveries, applied",
      async round() {
        const clips = await submitClips(doors.dbUrl, { clips: amount, run: `first-${run++}` });
        total.first += clips.length;
        return await measure(doors.originOf("fal-webhook"), {
          requests: clips.map((clip) => toRequest(clip, secret)),
          allowed: ["200"],
          pid: doors.pidOf("fal-webhook"),
          spent: cpu.door,
          alone: cpu.doorAlone,
        });
      },
    },
    {
      name: "first, duplicate, late and unknown, mixed",
      async round() {
        const requests = await mix(doors, { amount, run: `mixed-${run++}`, secret, total });
        return await measure(doors.originOf("fal-webhook"), {
          requests,
          allowed: ["200"],
          pid: doors.pidOf("fal-webhook"),
        });
      },
    },
    {
      name: "floor: verify and insert one row",
      round: () =>
        measure(insert.origin, {
          requests: strangers(amount, secret),
          allowed: ["202"],
          pid: insert.pid,
          spent: cpu.insert,
        }),
    },
    {
      name: "floor: verify and answer",
      round: () =>
        measure(verify.origin, {
          requests: strangers(amount, secret),
          allowed: ["200"],
          pid: verify.pid,
        }),
    },
  ];
  const series = await interleave(contenders, { unit: "callbacks/s", rounds, say });

  await checkOutcomes(doors, total);
  const [applied = [], , inserted = [], verified = []] = series.map(({ values }) => values);
  return {
    series: [
      ...series,
      { name: "CPU, applied: door, gateway, Postgres", unit: "ms", values: cpu.door.slice(1) },
      { name: "CPU, one row: door, gateway, Postgres", unit: "ms", values: cpu.insert.slice(1) },
      { name: "CPU, applied: the door alone", unit: "ms", values: cpu.doorAlone.slice(1) },
    ],
    targets: [{
      what: "applied to one row inserted",
      value: ratio(applied, inserted),
      wanted: { least: 0.5 },
    }],
    notes: [
      `each of ${total.first} applied once, ${total.duplicate} known again, ` +
      `${total.late} late and ${total.unknown} unknown changed nothing`,
      `applied to verified and answered: ${short(ratio(applied, verified))}`,
      `CPU of applied to one row: ${short(ratio(cpu.door.slice(1), cpu.insert.slice(1)))}`,
      `the load's own CPU: ${short(median(cpu.load))} ms a request`,
    ],
  };
}

type Clip = { request_id: string; token: string; url: string };

function toRequest({ request_id, token, url }: Clip, secret: string): LoadRequest {
  const body = JSON.stringify({
    request_id,
    gateway_request_id: request_id,
    status: "OK",
    payload: { video: { url, content_type: "video/mp4", file_size: 4_194_304 } },
  });
  return {
    path: `/fal-webhook?token=${token}`,
    headers: { "content-type": "application/json", "x-webhook-signature": signHex(body, secret) },
    body,
  };
}

function strangers(amount: number, secret: string): LoadRequest[] {
  return Array.from({ length: amount }, () => {
    const id = crypto.randomUUID();
    const stranger = { request_id: id, token: "", url: `https://media.example.com/${id}.mp4` };
    return { ...toRequest(stranger, secret), path: "/fal-webhook" };
  });
}

/** In the order of MIX, shuffled in tens; what is late is about clips that are completed already. */
async function mix(
  doors: Doors,
  { amount, run, secret, total }: { amount: number; run: string; secret: string; total: Sent },
): Promise<LoadRequest[]> {
  const tens = Math.floor(amount / 10);
  const clips = await submitClips(doors.dbUrl, { clips: tens * (MIX.first + MIX.late), run });
  const early = clips.splice(0, tens * MIX.late);
  const before = early.map((clip) => toRequest(clip, secret));
  await sendLoad(doors.originOf("fal-webhook"), { requests: before, connections: CONNECTIONS });
  const late = early.map((clip) => toRequest({ ...clip, url: `${clip.url}?again` }, secret));
  const first = clips.map((clip) => toRequest(clip, secret));
  const unknown = strangers(tens * MIX.unknown, secret);
  const known = before.concat(first);

  total.first += known.length;
  total.late += late.length;
  total.unknown += unknown.length;
  total.duplicate += tens * MIX.duplicate;
  return Array.from({ length: tens }, (_, n) => [
    ...first.slice(n * MIX.first, (n + 1) * MIX.first),
    ...late.slice(n * MIX.late, (n + 1) * MIX.late),
    ...unknown.slice(n * MIX.unknown, (n + 1) * MIX.unknown),
    // Behind those that they repeat, or beside them.
    ...known.slice(n * MIX.duplicate, (n + 1) * MIX.duplicate),
  ]).flat();
}

async function checkOutcomes({ sql }: Doors, sent: Sent): Promise<void> {
  const [found] = await sql`
    select
      count(*) filter (where outcome = 'applied')::int as first,
      coalesce(sum(duplicate_count), 0)::int as duplicate,
      count(*) filter (where outcome = 'stale')::int as late,
      count(*) filter (where outcome = 'buffered')::int as unknown,
      (select count(*)::int from private.attempts where status = 'completed') as completed,
      (select count(*)::int from private.check_invariants()) as broken
    from public.webhook_logs`;
  const wanted = { ...sent, completed: sent.first, broken: 0 };
  for (const [what, count] of Object.entries(wanted)) {
    if (found?.[what] !== count) {
      throw new Error(`Cannot trust callbacks: ${what} is ${found?.[what]}, not ${count}`);
    }
  }
}
