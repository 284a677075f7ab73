import type { Sql } from "postgres";

export type FilmCount = { completed: number; steps: number; broken: number };

export async function countFilms(sql: Sql): Promise<FilmCount> {
  const [found] = await sql<FilmCount[]>`
    select
      count(*) filter (where status = 'completed')::int as completed,
      (select count(*)::int from private.steps where status = 'completed') as steps,
      (select count(*)::int from private.check_invariants()) as broken
    from public.projects`;
  return found ?? { completed: 0, steps: 0, broken: 0 };
}

/** @param before what had been there; rows that were inserted keep not every invariant */
export async function checkFilms(
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
