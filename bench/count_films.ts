import type { Sql } from "postgres";
import { pause } from "../supabase/functions/_shared/pause.ts";

const PATIENCE_MS = 1_200_000;
/** Between two looks at films that are being made. */
export const SAMPLE_MS = 100;

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

/**
 * Waits until so many films are completed.
 *
 * @param sample looks at what else there is meanwhile
 */
export async function waitForFilms(
  sql: Sql,
  wanted: number,
  sample?: () => Promise<void>,
): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
    const [row] = await sql`
      select
        count(*) filter (where status = 'completed')::int as completed,
        min(error_message) as error
      from public.projects`;
    if (row?.error) throw new Error(`Cannot measure films: ${row.error}`);
    if (row?.completed >= wanted) return;
    await sample?.();
    await pause(SAMPLE_MS);
  }
  throw new Error("Cannot measure films: they do not end");
}
