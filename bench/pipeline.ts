import type { Sql } from "postgres";
import type { CaseOptions, Outcome, Series } from "./case.ts";
import { startDurable } from "./durable_database.ts";
import { cpuOf } from "./cpu_time.ts";
import { median } from "./figures.ts";
import { measureFilmCost } from "./film_cost.ts";
import { insertFinishedFilms } from "./finished_films.ts";
import { makeJobs } from "./intake.ts";
import { waitForFilms } from "./latency.ts";
import { commitRows, createBareTable } from "./peers/bare_commits.ts";
import { startBoss } from "./peers/pg_boss.ts";
import { interleave } from "./rounds.ts";
import { makeFilms } from "./sql_films.ts";
import { openSessions } from "./sql_verbs.ts";
import type { Stacks } from "./stacks.ts";

/** As an installation in use has them: with empty tables, plans are made that none would keep. */
const FINISHED_FILMS = 2000;

type Amount = { films: number; rounds: number; say: (line: string) => void };

/** Films a second, in SQL alone beside a well-known queue, and through the whole stack. */
export async function measurePipeline(
  { quick, stacks, say }: CaseOptions,
): Promise<Outcome> {
  const finished = quick ? FINISHED_FILMS / 4 : FINISHED_FILMS;
  const inSql = await measureSql({
    ...quick ? { films: 20, rounds: 2 } : { films: 400, rounds: 5 },
    finished,
    say,
  });
  const cost = quick ? [] : await measureCost(say);
  const overHttp = await measureHttp({
    ...quick ? { films: 5, rounds: 1 } : { films: 100, rounds: 3 },
    stacks,
    say,
  });
  return {
    series: [...inSql.series, ...overHttp, ...cost],
    targets: inSql.targets,
    notes: [
      `SQL alone: each call its own durable commit, 8 connections, eight steps a film; ${finished} finished films in the tables`,
      "over HTTP: signed job to stored film, clips made once and copied, gateway and providers in this process",
      "pg-boss: one job at a time on each of 8 connections",
      "floor: as many commits as the films make, of one small row each, over the same connections",
      "a film's parts: its steps one after the other on one connection, in a database of their own",
    ],
  };
}

/** One figure each; docs/scaling.md begins from them. */
async function measureCost(say: (line: string) => void): Promise<Series[]> {
  say("what a film costs");
  const { cpu, statements, wal, versions, rows, kept } = await measureFilmCost({
    films: 100,
    finished: FINISHED_FILMS,
  });
  const one = (name: string, unit: string, value: number) => ({
    name: `a film: ${name}`,
    unit,
    values: [value],
  });
  return [
    one("CPU of its job", "ms", cpu.job),
    one("CPU of its claims", "ms", cpu.claims),
    one("CPU of its submissions", "ms", cpu.submissions),
    one("CPU of its callbacks", "ms", cpu.callbacks),
    one("CPU of its answer", "ms", cpu.answers),
    one("SQL statements", "statements", statements),
    one("log, without page images", "kB", wal),
    one("row versions written", "versions", versions),
    one("rows kept", "rows", rows),
    one("room for them and their indexes", "kB kept", kept),
  ];
}

async function measureSql(
  { films, rounds, finished, say }: Amount & { finished: number },
): Promise<{ series: Series[]; targets: Outcome["targets"] }> {
  await using cleanup = new AsyncDisposableStack();
  say("starting Postgres");
  const { cluster, sql } = cleanup.adopt(
    await startDurable(),
    (database) => database.stop(),
  );
  await insertFinishedFilms(sql, finished);
  await createBareTable(sql);
  const before = await countFilms(sql);
  const boss = cleanup.use(await startBoss(cluster.url));
  const sessions = cleanup.adopt(
    await openSessions(cluster.url),
    async (sessions) => void await Promise.all(sessions.map((session) => session.end())),
  );

  const steps: number[] = [];
  const cpu: number[] = [];
  const commits: number[] = [];
  const sends: number[] = [];
  let made = 0;
  let worked = 0;
  let run = 0;
  const series = await interleave([
    {
      name: "three-scene films, SQL alone",
      async round() {
        const before = await cpuOf([cluster.pid]);
        const result = await makeFilms(sessions, { films, run: `${run++}` });
        made += films;
        steps.push(result.steps / result.seconds);
        cpu.push((await cpuOf([cluster.pid]) - before) / films);
        commits.push(result.commits / films);
        return films / result.seconds;
      },
    },
    {
      name: "pg-boss 11, fetch and complete",
      async round() {
        sends.push(await boss.send(films * 8));
        worked += films * 8;
        return await boss.work(films * 8);
      },
    },
    { name: "floor: bare one-row commits", round: () => commitRows(sessions, films * 20) },
  ], { unit: "/s", rounds, say });

  await checkFilms(sql, made, before);
  if (await boss.countCompleted() !== worked) {
    throw new Error("Cannot trust pg-boss: jobs are left");
  }
  const [filmsASecond, ...others] = series;
  const stepsASecond = { name: "steps, SQL alone", unit: "/s", values: steps.slice(1) };
  return {
    series: [
      ...(filmsASecond ? [filmsASecond] : []),
      stepsASecond,
      { name: "a film: Postgres's CPU", unit: "ms", values: cpu.slice(1) },
      { name: "a film: commits", unit: "commits", values: commits.slice(1) },
      ...others,
      { name: "pg-boss 11, send", unit: "/s", values: sends.slice(1) },
    ],
    targets: [
      { what: "steps a second", value: median(stepsASecond.values), wanted: { least: 1300 } },
      { what: "films a second", value: median(filmsASecond?.values ?? []), wanted: { least: 150 } },
    ],
  };
}

type FilmCount = { completed: number; steps: number; broken: number };

async function countFilms(sql: Sql): Promise<FilmCount> {
  const [found] = await sql<FilmCount[]>`
    select
      count(*) filter (where status = 'completed')::int as completed,
      (select count(*)::int from private.steps where status = 'completed') as steps,
      (select count(*)::int from private.check_invariants()) as broken
    from public.projects`;
  return found ?? { completed: 0, steps: 0, broken: 0 };
}

/** @param before what had been there; rows that were inserted keep not every invariant */
async function checkFilms(
  sql: Sql,
  wanted: number,
  before: FilmCount = { completed: 0, steps: 0, broken: 0 },
): Promise<void> {
  const found = await countFilms(sql);
  if (
    found.completed - before.completed === wanted && found.steps - before.steps === wanted * 8 &&
    found.broken === before.broken
  ) return;
  throw new Error(`Cannot trust films: ${JSON.stringify({ found, before })}, wanted ${wanted}`);
}

async function measureHttp(
  { films, rounds, stacks, say }: Amount & { stacks: Stacks },
): Promise<Series[]> {
  await using opened = await stacks.open(say);
  const { sql, apiUrl, env } = opened.stack;
  const before = await countFilms(sql);
  let made = 0;
  async function make(count: number): Promise<number> {
    const since = performance.now();
    // From their prompts alone: there is no image to fetch.
    const jobs = makeJobs(count, env.WEBHOOK_SECRET ?? "", { image_url: null });
    for (const { path, headers, body } of jobs) {
      const answer = await fetch(`${apiUrl}/functions/v1${path}`, {
        method: "POST",
        headers,
        body,
      });
      await answer.body?.cancel();
      if (answer.status !== 202) throw new Error(`Cannot measure films: ${answer.status}`);
    }
    made += count;
    await waitForFilms(sql, before.completed + made, () => Promise.resolve());
    return count / (performance.now() - since) * 1000;
  }
  await make(1);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`films over HTTP, round ${round + 1} of ${rounds}`);
    values.push(await make(films));
  }
  await checkFilms(sql, made, before);
  return [{ name: "three-scene films, over HTTP", unit: "/s", values }];
}
