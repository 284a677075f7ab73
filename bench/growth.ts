import type { Sql } from "postgres";
import type { Outcome, Series } from "./case.ts";
import { startDurable } from "./durable_database.ts";
import { cpuOf } from "./cpu_time.ts";
import { ratio, short } from "./figures.ts";
import { FINISHED_DAYS, insertFinishedFilms, ROWS_OF_A_FILM } from "./finished_films.ts";
import { measureMemory } from "./memory.ts";
import { interleave } from "./rounds.ts";
import { callBack, claim, createFilm, openServiceSession, submit } from "./sql_verbs.ts";

/** Of one after the other; a claim is no part of what is measured. */
const CLAIM = 100;

/** Days that finished films are kept less in each round, so that there is something to delete. */
const DAYS_A_ROUND = 7;

type Amount = { rows: number; clips: number; rounds: number; say: (line: string) => void };

/** The cost of a callback and a door's memory, as time goes by. */
export async function measureGrowth(
  { quick, say }: { quick: boolean; say: (line: string) => void },
): Promise<Outcome> {
  const { pruned, ...callbacks } = await measureCallbacks({
    ...quick ? { rows: 20_000, clips: 25, rounds: 1 } : { rows: 1_000_000, clips: 300, rounds: 7 },
    say,
  });
  const memory = await measureMemory({ quick, say });
  return {
    series: [...callbacks.series, ...memory.series],
    targets: [...callbacks.targets, ...memory.targets],
    notes: [
      "Postgres's CPU of one callback that completes a clip and makes its last frame due, one after the other",
      `housekeeping deleted ${pruned.deleted} rows meanwhile, ` +
      `${short(pruned.deleted / pruned.seconds)} a second, its rests included`,
      "memory: the least of all samples, because a heap rises until it is collected; " +
      "behind the door stands what repeats the gateway's first answer",
    ],
  };
}

type Callbacks = { series: Series[]; targets: NonNullable<Outcome["targets"]>; pruned: Pruned };
/** Rows, and the seconds that it took, rests included. */
type Pruned = { deleted: number; seconds: number };

async function measureCallbacks({ rows, clips, rounds, say }: Amount): Promise<Callbacks> {
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
  const grown = await interleave([
    { name: "CPU a callback, 1,000 finished rows", round: () => one(few) },
    { name: `CPU a callback, ${rows.toLocaleString("en")} finished rows`, round: () => one(many) },
  ], { unit: "ms", rounds, say });
  // Afterwards: what is deleted here must not be missing there.
  const pruned: Pruned = { deleted: 0, seconds: 0 };
  let keepDays = FINISHED_DAYS;
  const [fewAgain, beside] = await interleave([
    { name: "CPU a callback, 1,000 finished rows, again", round: () => one(few) },
    {
      name: "the same with housekeeping meanwhile",
      async round() {
        keepDays -= DAYS_A_ROUND;
        await many.sql`
          update private.settings set value = ${keepDays} where name like 'keep\\_days.%'`;
        const round = await whileHousekeeping(many.sql, () => one(many));
        pruned.deleted += round.deleted;
        pruned.seconds += round.seconds;
        return round.figure;
      },
    },
  ], { unit: "ms", rounds, say });

  const [atFirst = [], atLast = []] = grown.map(({ values }) => values);
  return {
    // Both halves of each ratio, so that a reader can divide for himself.
    series: [...grown, ...fewAgain ? [fewAgain] : [], ...beside ? [beside] : []],
    pruned,
    targets: [
      {
        what: `CPU of a callback, ${rows.toLocaleString("en")} rows to 1,000`,
        value: ratio(atLast, atFirst),
        wanted: { most: 1.2 },
      },
      {
        what: "the same with housekeeping meanwhile",
        value: ratio(beside?.values ?? [], fewAgain?.values ?? []),
        wanted: { most: 1.2 },
      },
    ],
  };
}

type Filled = { sql: Sql; session: Sql; pid: number };

/** Milliseconds of Postgres's CPU for the callback of a film's first clip. */
async function measureOnce(
  { session, pid }: Filled,
  { clips, run }: { clips: number; run: string },
): Promise<number> {
  for (let n = 0; n < clips; n++) await createFilm(session, `${run}-${n}`);
  const works: Awaited<ReturnType<typeof claim>> = [];
  while (works.length < clips) {
    works.push(...await claim(session, { generate_clip: "fal" }, CLAIM));
  }
  for (const work of works) await submit(session, work);

  const before = await cpuOf([pid]);
  for (const work of works) await callBack(session, work);
  return (await cpuOf([pid]) - before) / works.length;
}

/** Each run goes on where the last one stopped; then it begins again. */
async function whileHousekeeping(
  sql: Sql,
  act: () => Promise<number>,
): Promise<{ figure: number } & Pruned> {
  let over = false;
  const since = performance.now();
  const pruning = (async () => {
    let deleted = 0;
    while (!over) {
      const [row] = await sql`
        select coalesce(sum(value::int), 0)::int as rows from jsonb_each_text(private.housekeep())`;
      deleted += row?.rows ?? 0;
    }
    return deleted;
  })();
  const figure = await act().finally(() => over = true);
  return { figure, deleted: await pruning, seconds: (performance.now() - since) / 1000 };
}
