import type { Sql } from "postgres";
import { signHex } from "../supabase/functions/_shared/signatures/hex_hmac.ts";
import type { Outcome, Series } from "./case.ts";
import { startDurable } from "./durable_database.ts";
import { cpuOf, memoryOf } from "./cpu_time.ts";
import { startDoors } from "./doors.ts";
import { median, ratio } from "./figures.ts";
import { insertFinishedFilms, ROWS_OF_A_FILM } from "./finished_films.ts";
import { makeJobs } from "./intake.ts";
import { type LoadRequest, sendLoad } from "./load.ts";
import { interleave } from "./rounds.ts";
import { callBack, claim, createFilm, openServiceSession, submit } from "./sql_films.ts";

/** The cost of a callback and a door's memory, as time goes by. */
export async function measureGrowth(
  { quick, say }: { quick: boolean; say: (line: string) => void },
): Promise<Outcome> {
  const rows = quick ? 50_000 : 1_000_000;
  const callbacks = await measureCallbacks({
    rows,
    ...quick ? { clips: 60, rounds: 2 } : { clips: 500, rounds: 7 },
    say,
  });
  const memory = await measureMemory({
    ...quick ? { names: DOORS.slice(0, 1), requests: 600, parts: 2 } : FULL_MEMORY,
    say,
  });
  const [few = [], many = [], pruned = []] = callbacks.map(({ values }) => values);
  return {
    series: [...callbacks, ...memory.series],
    targets: [
      {
        what: `a callback with ${rows} rows to one with 1,000`,
        value: ratio(many, few),
        wanted: { most: 1.2 },
      },
      // A few hundred requests are still its warming up.
      ...quick ? [] : memory.targets,
    ],
    notes: [`with housekeeping meanwhile: ${ratio(pruned, few).toFixed(2)} of 1,000 rows`],
  };
}

async function measureCallbacks(
  { rows, clips, rounds, say }: {
    rows: number;
    clips: number;
    rounds: number;
    say: (line: string) => void;
  },
): Promise<Series[]> {
  await using cleanup = new AsyncDisposableStack();
  async function open(filled: number): Promise<Filled> {
    say(`filling tables with ${filled} finished rows`);
    const { cluster, sql } = cleanup.adopt(
      await startDurable(),
      (database) => database.stop(),
    );
    await insertFinishedFilms(sql, Math.max(1, Math.round(filled / ROWS_OF_A_FILM)));
    const session = cleanup.adopt(
      await openServiceSession(cluster.url),
      (session) => session.end(),
    );
    const [row] = await session`select pg_backend_pid() as pid`;
    return { sql, session, pid: row?.pid };
  }
  const few = await open(1000);
  const many = await open(rows);

  let run = 0;
  const one = (filled: Filled) => measureOnce(filled, { clips, run: `growth-${run++}` });
  return await interleave([
    { name: "CPU a callback, 1,000 finished rows", round: () => one(few) },
    { name: `CPU a callback, ${rows} finished rows`, round: () => one(many) },
    {
      name: `the same, housekeeping meanwhile`,
      async round() {
        // Each run goes on where the last one stopped; then it begins again.
        let over = false;
        const pruning = (async () => {
          while (!over) await many.sql`select private.housekeep()`;
        })();
        const cost = await one(many);
        over = true;
        await pruning;
        return cost;
      },
    },
  ], { unit: "ms", rounds, say });
}

type Filled = { sql: Sql; session: Sql; pid: number };

/** Milliseconds of Postgres's CPU for the callback of a film's first clip. */
async function measureOnce(
  { session, pid }: Filled,
  { clips, run }: { clips: number; run: string },
): Promise<number> {
  for (let n = 0; n < clips; n++) await createFilm(session, `${run}-${n}`);
  const works: Awaited<ReturnType<typeof claim>> = [];
  while (works.length < clips) works.push(...await claim(session, { generate_clip: "fal" }));
  for (const work of works) await submit(session, work);

  const before = await cpuOf([pid]);
  for (const work of works) await callBack(session, work);
  return (await cpuOf([pid]) - before) / works.length;
}

const DOORS = [
  "webhook",
  "fal-webhook",
  "video-complete",
  "last-frame-complete",
  "stitch-complete",
];
const FULL_MEMORY = { names: DOORS, requests: 100_000, parts: 10 };
const SECRETS: Record<string, string> = {
  "webhook": "WEBHOOK_SECRET",
  "fal-webhook": "FAL_WEBHOOK_SECRET",
  "video-complete": "VIDEO_WEBHOOK_SECRET",
  "last-frame-complete": "LAST_FRAME_WEBHOOK_SECRET",
  "stitch-complete": "STITCH_WEBHOOK_SECRET",
};

/** Each door's memory after each part of the requests. A process that is still warming up grows. */
async function measureMemory(
  { names, requests, parts, say }: {
    names: string[];
    requests: number;
    parts: number;
    say: (line: string) => void;
  },
): Promise<{ series: Series[]; targets: NonNullable<Outcome["targets"]> }> {
  await using doors = await startDoors(names);
  const series: Series[] = [];
  const targets: NonNullable<Outcome["targets"]> = [];
  for (const name of names) {
    say(`${requests} requests to ${name}`);
    const request = repeated(name, doors.env[SECRETS[name] ?? ""] ?? "");
    const values: number[] = [];
    for (let part = 0; part < parts; part++) {
      const result = await sendLoad(doors.originOf(name), {
        requests: Array.from({ length: requests / parts }, () => request),
        connections: 20,
      });
      if (result.sent !== requests / parts || result.errors > 0) {
        throw new Error(`Cannot trust memory: ${name} answered ${JSON.stringify(result.statuses)}`);
      }
      values.push(await memoryOf(doors.pidOf(name)));
    }
    series.push({ name: `memory of ${name}`, unit: "MB", values });
    targets.push({
      what: `memory of ${name}, last half to first`,
      value: median(values.slice(parts / 2)) / median(values.slice(0, parts / 2)),
      wanted: { most: 1.1 },
    });
  }
  return { series, targets };
}

/** One that a door does everything for, but that changes nothing the second time. */
function repeated(name: string, secret: string): LoadRequest {
  const [job] = makeJobs(1, secret);
  if (name === "webhook" && job) return job;
  const bodies: Record<string, unknown> = {
    "fal-webhook": {
      request_id: "r",
      status: "OK",
      payload: { video: { url: "https://x.example.com/v.mp4" } },
    },
    "video-complete": {
      task_id: "t",
      status: "completed",
      video_url: "https://x.example.com/v.mp4",
    },
    "last-frame-complete": {
      task_id: "t",
      status: "completed",
      scene_id: "s",
      last_frame_url: "https://x.example.com/v.png",
    },
    "stitch-complete": {
      task_id: "t",
      status: "completed",
      project_id: "p",
      final_video_url: "https://x.example.com/v.mp4",
    },
  };
  const body = JSON.stringify(bodies[name]);
  return { path: `/${name}`, headers: { "x-webhook-signature": signHex(body, secret) }, body };
}
