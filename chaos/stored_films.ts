import type { Sql } from "postgres";
import type { FalRequest } from "../local/simulators/fal/account.ts";
import { patiently } from "./patient_sql.ts";
import { madeUrls, Places } from "./places.ts";

/** A completed film's files, and the URLs of what they were copied from. */
export type Stored = {
  project_id: string;
  url: string;
  made: string;
  /** Null: the film has none. */
  thumbnail: string | null;
  madeThumbnail: string | null;
};

/** Of every completed film that was stored for itself, and lately where that was done again. */
export async function readStored(sql: Sql): Promise<Stored[]> {
  return await patiently(sql, (sql) =>
    sql<Stored[]>`
      select distinct on (project_id)
        project_id, final_video_url as url, attempts.input ->> 'film_url' as made,
        thumbnail_url as thumbnail, attempts.input ->> 'thumbnail_url' as "madeThumbnail"
      from public.projects
      join private.steps using (project_id)
      join private.attempts using (step_id)
      where projects.status = 'completed' and kind = 'store_film' and attempts.status = 'completed'
      order by project_id, attempts.attempt_id desc`);
}

/** What is wrong with the file of a completed film, by its project's id; none where all is well. */
export async function spoiltFilms(
  stored: readonly Stored[],
  { fal, filmOf }: {
    fal: readonly FalRequest[];
    /** The number under which a project was ordered. */
    filmOf: ReadonlyMap<string, number>;
  },
): Promise<Map<string, string>> {
  const makers = makersOf(fal);
  const spoilt = new Map<string, string>();
  for (const { project_id, url, made, thumbnail, madeThumbnail } of stored) {
    const fault = makers.get(made) !== filmOf.get(project_id)
      ? `it is of ${made}, which was made for film ${makers.get(made)}`
      : await whyNotSame(url, made) ??
        (thumbnail && madeThumbnail ? await whyNotSame(thumbnail, madeThumbnail) : null);
    if (fault !== null) spoilt.set(project_id, fault);
  }
  return spoilt;
}

/** For which film each file at fal was made. */
function makersOf(fal: readonly FalRequest[]): ReadonlyMap<string, number | undefined> {
  const places = new Places(fal);
  return new Map(
    fal.flatMap(({ input, result }) =>
      madeUrls(result?.body).map((url) => [url, places.of(input)?.film] as const)
    ),
  );
}

async function whyNotSame(url: string, made: string): Promise<string | null> {
  const [file, original] = await Promise.all([read(url), read(made)]);
  if (file === null) return `${url} does not open`;
  if (original === null) return `${made} does not open`;
  const isSame = file.length === original.length &&
    file.every((byte, index) => byte === original[index]);
  return isSame
    ? null
    : `${url} has ${file.length} bytes, and not the ${original.length} of ${made}`;
}

async function read(url: string): Promise<Uint8Array | null> {
  const response = await fetch(url);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return response.ok ? bytes : null;
}
