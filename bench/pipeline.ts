import type { CaseOptions, Outcome, Series } from "./case.ts";
import { checkFilms, countFilms, waitForFilms } from "./count_films.ts";
import { measureFilmCost } from "./film_cost.ts";
import { makeJobs, postJob } from "./jobs.ts";
import { measureSql } from "./pipeline_in_sql.ts";
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
    ...quick ? { films: 20, rounds: 2, counted: 0 } : { films: 400, rounds: 5, counted: 20 },
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
      "floor: bare commits of one small row each, over the same connections",
      ...quick ? [] : [
        "floor: a film's rows, each by a statement of its own, in as many commits: nothing is read, checked or decided",
      ],
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
    for (const job of jobs) await postJob(apiUrl, job);
    made += count;
    await waitForFilms(sql, before.completed + made);
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
