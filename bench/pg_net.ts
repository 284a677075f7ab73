import postgres, { type Sql } from "postgres";
import { startCluster } from "../local/postgres/cluster.ts";
import { startNetWorker } from "../local/postgres/net_worker.ts";
import { pause } from "../supabase/functions/_shared/pause.ts";
import { median, quantile } from "./figures.ts";
import { readOptions } from "./read_options.ts";

const HELP = `deno task bench pg_net

Measures the pg_net stand-in beside the real pg_net 0.20.4. Takes about 50 seconds.`;

const SAMPLES = 10;
const POSTS = 2000;
const SLOW_MS = 3000;
const MIXED_S = 12;
const PAST_DEADLINE_MS = 30_000;

interface Bench {
  sql: Sql;
  url: string;
  /** When a request to this path arrived, in `performance.now()` milliseconds. */
  arrival(path: string): Promise<number>;
  /** Waits until the worker has nothing to do and sleeps. */
  idle(): Promise<void>;
}

/** Prints the stand-in's latency, throughput and head-of-line blocking beside the original's. */
export async function main(args: string[]): Promise<void> {
  if (args.includes("--help")) {
    console.log(HELP);
    return;
  }
  readOptions(args);
  console.log("pg_net: a cluster, a worker and a receiver on loopback");
  await withBench(async (bench) => {
    console.log(`pg_net: ${SAMPLES} single posts to an idle worker`);
    const idle = await measureIdleLatency(bench);
    console.log(`pg_net: ${POSTS} posts in one transaction`);
    const throughput = await measureThroughput(bench);
    console.log(`pg_net: a fast post behind one of ${SLOW_MS} ms`);
    const blocked_ms = await measureBlocking(bench);
    console.log(`pg_net: ${MIXED_S} s of 20 fast posts a second and one of 2 s`);
    const mixed = await measureMixedLoad(bench);

    console.table({
      "idle, commit to arrival, median ms": row(idle.median, "40 to 50"),
      "idle, slowest of the samples, ms": row(idle.max, "63"),
      "2,000 posts in one transaction, s": row(throughput.total_s, "9.5"),
      "posts a second": row(throughput.per_second, "200"),
      "fast post after the slow one was answered, ms": row(blocked_ms, "40"),
      "mixed load, fast posts, p50 s": row(mixed.p50, "1.5"),
      "mixed load, fast posts, p90 s": row(mixed.p90, "2.7"),
      "mixed load, fast posts, slowest s": row(mixed.max, "2.95"),
    });
  });
}

function row(here: number, original: string): { "stand-in": number; "pg_net 0.20.4": string } {
  return { "stand-in": Number(here.toPrecision(3)), "pg_net 0.20.4": original };
}

async function withBench(use: (bench: Bench) => Promise<void>): Promise<void> {
  const arrivals = new Map<string, PromiseWithResolvers<number>>();
  function slot(path: string): PromiseWithResolvers<number> {
    const known = arrivals.get(path) ?? Promise.withResolvers<number>();
    arrivals.set(path, known);
    return known;
  }

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const at = performance.now();
      const { pathname, searchParams } = new URL(request.url);
      slot(pathname.slice(1)).resolve(at);
      await pause(Number(searchParams.get("hold_ms")));
      return new Response("ok");
    },
  );
  const cluster = await startCluster({ port: 0 });
  const sql = postgres(cluster.url, { onnotice: () => {} });
  await sql`create extension pg_net with schema extensions`;
  let asleep = Promise.withResolvers<void>();
  const worker = startNetWorker({ url: cluster.url, log: () => asleep.resolve() });
  try {
    await use({
      sql,
      url: `http://127.0.0.1:${server.addr.port}`,
      arrival: (path) => slot(path).promise,
      async idle() {
        asleep = Promise.withResolvers<void>();
        // Wakes the worker, so that its next sleep is one that begins after this.
        await sql`select net.wake()`;
        await asleep.promise;
      },
    });
  } finally {
    await worker.stop();
    await sql.end();
    await cluster.stop();
    await server.shutdown();
  }
}

async function measureIdleLatency(
  { sql, url, arrival, idle }: Bench,
): Promise<{ median: number; max: number }> {
  const latencies: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    await idle();
    const path = `idle-${sample}`;
    const start = performance.now();
    await sql`select net.http_post(${`${url}/${path}`})`;
    latencies.push(await arrival(path) - start);
  }
  return { median: median(latencies), max: Math.max(...latencies) };
}

async function measureThroughput(
  { sql, url, arrival, idle }: Bench,
): Promise<{ total_s: number; per_second: number }> {
  await idle();
  const start = performance.now();
  await sql`
    select net.http_post(${`${url}/many-`} || n) from generate_series(1, ${POSTS}::integer) as n`;
  await Promise.all(Array.from({ length: POSTS }, (_, index) => arrival(`many-${index + 1}`)));
  const total_s = (performance.now() - start) / 1000;
  return { total_s, per_second: POSTS / total_s };
}

async function measureBlocking({ sql, url, arrival, idle }: Bench): Promise<number> {
  await idle();
  await sql`
    select net.http_post(${`${url}/slow?hold_ms=${SLOW_MS}`},
      timeout_milliseconds := ${PAST_DEADLINE_MS})`;
  const answered = await arrival("slow") + SLOW_MS;
  await sql`select net.http_post(${`${url}/fast`})`;
  return await arrival("fast") - answered;
}

async function measureMixedLoad(
  { sql, url, arrival, idle }: Bench,
): Promise<{ p50: number; p90: number; max: number }> {
  await idle();
  const latencies: Promise<number>[] = [];
  for (let tick = 0; tick < MIXED_S * 20; tick++) {
    if (tick % 20 === 0) {
      await sql`select net.http_post(${`${url}/mixed-slow-${tick}?hold_ms=2000`})`;
    }
    const path = `mixed-${tick}`;
    const start = performance.now();
    await sql`select net.http_post(${`${url}/${path}`})`;
    latencies.push(arrival(path).then((at) => (at - start) / 1000));
    await pause(50);
  }
  const seconds = await Promise.all(latencies);
  return { p50: quantile(seconds, 0.5), p90: quantile(seconds, 0.9), max: Math.max(...seconds) };
}

if (import.meta.main) await main(Deno.args);
