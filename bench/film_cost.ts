import type { Sql } from "postgres";
import { cpuOf } from "./cpu_time.ts";
import { startDurable } from "./durable_database.ts";
import { insertFinishedFilms } from "./finished_films.ts";
import { answer, callBack, claim, createFilm, openServiceSession, submit } from "./sql_verbs.ts";
import { tellCounts } from "./tell_counts.ts";

/** What one three-scene film asks of Postgres, steps one after the other on one connection. */
export type FilmCost = {
  /** Milliseconds of CPU, by what asks for it. */
  cpu: { job: number; claims: number; submissions: number; callbacks: number; answers: number };
  /** SQL statements, those within functions included. */
  statements: number;
  /** Kilobytes of log, without the images of whole pages that come once after each checkpoint. */
  wal: number;
  /** Row versions written, and rows that stay. */
  versions: number;
  rows: number;
  /** Kilobytes that these rows and their indexes take. */
  kept: number;
};

const COUNTED = "pg_stat_statements";

/** In a database of its own: what counts statements must not be there while others are timed. */
export async function measureFilmCost(
  { films, finished }: { films: number; finished: number },
): Promise<FilmCost> {
  await using cleanup = new AsyncDisposableStack();
  const { cluster, sql } = cleanup.adopt(
    await startDurable({}, { shared_preload_libraries: COUNTED }),
    (database) => database.stop(),
  );
  await sql.unsafe(`
    create extension ${COUNTED} schema extensions;
    create extension pg_walinspect schema extensions;
  `);
  await insertFinishedFilms(sql, finished);
  const session = cleanup.adopt(await openServiceSession(cluster.url), (session) => session.end());
  await makeInStages(session, { films: Math.ceil(films / 10), run: "warm" });

  const before = await readCounters(sql, session);
  const cpu = await makeInStages(session, { films, run: "timed" });
  const after = await readCounters(sql, session);
  const [wal] = await sql`
    select sum(record_size)::float8 as bytes
    from extensions.pg_get_wal_stats(${before.lsn}::pg_lsn, ${after.lsn}::pg_lsn, false)`;

  const counted = Math.ceil(films / 2);
  const statements = await countStatements(cluster.url, sql, counted) / counted;
  return {
    cpu,
    statements,
    wal: wal?.bytes / films / 1024,
    versions: (after.versions - before.versions) / films,
    rows: (after.rows - before.rows) / films,
    kept: (after.bytes - before.bytes) / films / 1024,
  };
}

/** Those within functions included: only sessions that begin now see them, and pay for it. */
async function countStatements(url: string, sql: Sql, films: number): Promise<number> {
  await sql.unsafe(`alter database postgres set ${COUNTED}.track = 'all'`);
  const session = await openServiceSession(url);
  try {
    await makeInStages(session, { films: 1, run: "planned" });
    await sql`select extensions.pg_stat_statements_reset()`;
    await makeInStages(session, { films, run: "counted" });
    const [row] = await sql`
      select sum(calls)::int as calls from extensions.pg_stat_statements
      where query !~* 'pg_stat_statements_reset|pg_backend_pid'`;
    return row?.calls;
  } finally {
    await session.end();
  }
}

/** All jobs, then claims, submissions and callbacks in turn, so that each can be timed by itself. */
async function makeInStages(
  session: Sql,
  { films, run }: { films: number; run: string },
): Promise<FilmCost["cpu"]> {
  const [row] = await session`select pg_backend_pid() as pid`;
  const cpu = { job: 0, claims: 0, submissions: 0, callbacks: 0, answers: 0 };
  async function timed<T>(stage: keyof typeof cpu, act: () => Promise<T>): Promise<T> {
    const before = await cpuOf([row?.pid]);
    const result = await act();
    cpu[stage] += (await cpuOf([row?.pid]) - before) / films;
    return result;
  }
  await timed("job", async () => {
    for (let n = 0; n < films; n++) await createFilm(session, `${run}-${n}`);
  });
  for (;;) {
    const works = await timed("claims", () => claimAll(session));
    if (works.length === 0) return cpu;
    const own = works.filter(({ step }) => step === "store_film");
    const asked = works.filter(({ step }) => step !== "store_film");
    await timed("submissions", async () => {
      for (const work of asked) await submit(session, work);
    });
    await timed("callbacks", async () => {
      for (const work of asked) await callBack(session, work);
    });
    await timed("answers", async () => {
      for (const work of own) await answer(session, work);
    });
  }
}

async function claimAll(session: Sql): Promise<Awaited<ReturnType<typeof claim>>> {
  const works: Awaited<ReturnType<typeof claim>> = [];
  for (let more = await claim(session); more.length > 0; more = await claim(session)) {
    works.push(...more);
  }
  return works;
}

type Counters = { lsn: string; versions: number; rows: number; bytes: number };

async function readCounters(sql: Sql, session: Sql): Promise<Counters> {
  await tellCounts(session);
  const [row] = await sql<Counters[]>`
    select
      pg_current_wal_flush_lsn()::text as lsn,
      sum(n_tup_ins + n_tup_upd + n_tup_del)::float8 as versions,
      sum(n_tup_ins - n_tup_del)::float8 as rows,
      sum(pg_total_relation_size(relid))::float8 as bytes
    from pg_stat_user_tables where schemaname in ('public', 'private')`;
  if (!row) throw new Error("Cannot read what a film costs: there are no counters");
  return row;
}
