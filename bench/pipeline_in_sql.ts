import type { Outcome, Series } from "./case.ts";
import { checkFilms, countFilms } from "./count_films.ts";
import { cpuOf } from "./cpu_time.ts";
import { startDurable } from "./durable_database.ts";
import { median } from "./figures.ts";
import { insertFinishedFilms } from "./finished_films.ts";
import { commitRows, createBareTable } from "./peers/bare_commits.ts";
import { createBareFilms } from "./peers/bare_films.ts";
import { startBoss } from "./peers/pg_boss.ts";
import { interleave } from "./rounds.ts";
import { makeFilms } from "./sql_films.ts";
import { openSessions } from "./sql_verbs.ts";

/**
 * Films a second in SQL alone, beside a well-known queue and two floors: bare commits, and what a film
 * writes with nothing decided.
 */
export async function measureSql(
  { films, rounds, finished, counted, say }: {
    films: number;
    rounds: number;
    /** Of so many films it is counted what they write; 0: their rows alone are not measured. */
    counted: number;
    /** Films that are in the tables already. */
    finished: number;
    say: (line: string) => void;
  },
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
  const make = () => makeFilms(sessions, { films: counted, run: "counted" });
  const bare = counted > 0 ? await createBareFilms(sql, { sessions, make }) : null;

  const steps: number[] = [];
  const cpu: number[] = [];
  const commits: number[] = [];
  const sends: number[] = [];
  let made = counted;
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
    ...bare ? [{ name: "floor: a film's rows alone", round: () => bare.write(films) }] : [],
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
