import postgres, { type Sql } from "postgres";
import { startNetWorker } from "../local/postgres/net_worker.ts";
import type { Outcome } from "./case.ts";
import { claim, openSessions } from "./sql_verbs.ts";
import { startDurable } from "./durable_database.ts";
import { pause } from "../supabase/functions/_shared/pause.ts";

const SESSIONS = 8;
const RUNNER_PAUSE_MS = 50;
/** After the last change; what has not been claimed by then counts as never claimed. */
const PATIENCE_MS = 120_000;

/** Ten thousand status changes that each make a step due, and what becomes of the bell meanwhile. */
export async function measureBellBursts(
  { quick, say }: { quick: boolean; say: (line: string) => void },
): Promise<Outcome> {
  const changes = quick ? 200 : 10_000;
  await using cleanup = new AsyncDisposableStack();
  let heard = 0;
  const runner = cleanup.adopt(
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
      heard++;
      answer();
      return new Response(null, { status: 202 });
    }),
    (server) => server.shutdown(),
  );
  say("starting Postgres and pg_net");
  const { cluster, sql } = cleanup.adopt(
    await startDurable({ SUPABASE_URL: `http://127.0.0.1:${runner.addr.port}` }),
    (database) => database.stop(),
  );
  cleanup.adopt(
    startNetWorker({ url: cluster.url, log: () => {} }),
    (worker) => worker.stop(),
  );
  const sessions = cleanup.adopt(
    await openSessions(cluster.url, SESSIONS),
    async (sessions) => void await Promise.all(sessions.map((session) => session.end())),
  );
  const owners = cleanup.adopt(
    Array.from({ length: SESSIONS }, () => postgres(cluster.url, { max: 1, onnotice: () => {} })),
    async (owners) => void await Promise.all(owners.map((owner) => owner.end())),
  );
  await insertSleepingSteps(sql, changes);

  // A runner as short as can be: it answers the ring, claims, and lingers while something is due.
  let answering: Promise<void> | null = null;
  let claimed = 0;
  const [own] = sessions;
  function answer(): void {
    answering ??= (async () => {
      for (let empty = 0; own && empty < 24;) {
        const works = await claim(own);
        claimed += works.length;
        empty = works.length === 0 ? empty + 1 : 0;
        if (works.length === 0) await pause(RUNNER_PAUSE_MS);
      }
    })().finally(() => answering = null);
  }

  say(`${changes} status changes, each its own commit`);
  const depth: number[] = [];
  let next = 0;
  const since = performance.now();
  const burst = Promise.all(owners.map(async (owner) => {
    for (let n = next++; n < changes; n = next++) {
      await owner`
        update private.steps set due_at = private.clock() where step_id = ${`step_sleeping_${n}`}`;
    }
  })).then(() => (performance.now() - since) / 1000);
  let sweeps = 0;
  let last = Infinity;
  for (let over = false; !over || claimed < changes && performance.now() - last < PATIENCE_MS;) {
    const [row] = await sql`select count(*)::int as n from net.http_request_queue`;
    depth.push(row?.n);
    over = await Promise.race([burst.then(() => true), pause(25).then(() => false)]);
    if (over) last = Math.min(last, performance.now());
    if (over && claimed < changes && answering === null) {
      // What falls between two rings is the sweep's, every five seconds; here at once.
      sweeps++;
      await sql`select private.sweep()`;
      await pause(200);
    }
  }
  const drained = (performance.now() - since) / 1000;
  // Settled before the connections go.
  await answering;
  const seconds = await burst;
  return {
    series: [
      { name: "status changes, all", unit: "changes", values: [changes] },
      { name: "status changes", unit: "/s", values: [changes / seconds] },
      {
        name: "claimed, from the first change to the last claim",
        unit: "/s",
        values: [claimed / drained],
      },
      { name: "rings that arrived", unit: "rings", values: [heard] },
      { name: "rings queued in pg_net", unit: "rings", values: depth },
    ],
    targets: [
      { what: "most rings queued", value: Math.max(...depth), wanted: { most: 200 } },
      { what: "steps never claimed", value: changes - claimed, wanted: { most: 0 } },
    ],
    notes: [
      `${changes} changes came to ${heard} rings: one is on its way at a time`,
      `sweeps that were needed after the last change: ${sweeps}`,
    ],
  };
}

async function insertSleepingSteps(sql: Sql, steps: number): Promise<void> {
  await sql.begin((transaction) =>
    transaction.unsafe(`
    set local session_replication_role = replica;
    insert into public.projects (project_id, video_id, user_id, idempotency_key, total_scenes)
    select 'proj_sleeping_' || n, n::text, 'user-' || n % 50, n::text, 1
    from generate_series(0, ${steps} - 1) as n;
    insert into public.scenes (scene_id, project_id, position)
    select 'scene_sleeping_' || n, 'proj_sleeping_' || n, 1
    from generate_series(0, ${steps} - 1) as n;
    insert into public.video_chunks (chunk_id, scene_id, project_id, model, prompt)
    select 'chunk_sleeping_' || n, 'scene_sleeping_' || n, 'proj_sleeping_' || n, 'fal-ai/some-model', 'x'
    from generate_series(0, ${steps} - 1) as n;
    insert into private.steps (step_id, project_id, scene_id, chunk_id, user_id, kind, due_at)
    select 'step_sleeping_' || n, 'proj_sleeping_' || n, 'scene_sleeping_' || n, 'chunk_sleeping_' || n,
      'user-' || n % 50, 'generate_clip', 'infinity'
    from generate_series(0, ${steps} - 1) as n;
  `)
  );
  await sql`vacuum analyze`;
}
