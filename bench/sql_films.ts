import type { Sql } from "postgres";
import {
  answer,
  callBack,
  claim,
  createFilm,
  openSessions,
  outputOf,
  requestOf,
  submit,
  type Work,
} from "./sql_verbs.ts";

const FILMS_IN_FLIGHT = 40;

/** What one run did, in `seconds`. */
export type FilmRun = { films: number; steps: number; commits: number; seconds: number };

/**
 * Films whose first clip a provider has accepted; what its callback needs to say. None of it is
 * measured, so that commits need not wait for the disk here, and claims are large.
 */
export async function submitClips(
  url: string,
  { clips, run, connections = 4 }: { clips: number; run: string; connections?: number },
): Promise<{ request_id: string; token: string; url: string }[]> {
  const sessions = await openSessions(url, connections);
  async function share(act: (sql: Sql) => Promise<void>): Promise<void> {
    await Promise.all(sessions.map(act));
  }
  try {
    let created = 0;
    await share(async (sql) => {
      await sql`set synchronous_commit = off`;
      while (created < clips) await createFilm(sql, `${run}-${created++}`);
    });
    const due: Work[] = [];
    await share(async (sql) => {
      // No frames: films of an earlier round wait for theirs.
      for (let left = true; left;) {
        const works = await claim(sql, { generate_clip: "fal" }, 100);
        due.push(...works);
        left = works.length > 0;
      }
    });
    const left = [...due];
    await share(async (sql) => {
      for (let work = left.pop(); work !== undefined; work = left.pop()) await submit(sql, work);
    });
    return due.map((work) => ({
      request_id: requestOf(work),
      token: work.attempt.attempt_token,
      url: outputOf(work).video_url ?? "",
    }));
  } finally {
    await Promise.all(sessions.map((sql) => sql.end()));
  }
}

/**
 * Makes three-scene films by SQL functions alone, in the order in which doors and runners call them:
 * each call is a transaction of its own, and providers answer at once.
 */
export async function makeFilms(
  sessions: readonly Sql[],
  { films, run }: { films: number; run: string },
): Promise<FilmRun> {
  const due: Work[] = [];
  let created = 0, completed = 0, steps = 0, commits = 0;
  let claiming: Promise<void> | null = null;
  const since = performance.now();

  async function act(sql: Sql): Promise<void> {
    while (completed < films) {
      const work = due.pop();
      if (work !== undefined) {
        const more = await finish(sql, work);
        commits += more;
        steps++;
        if (work.step === "store_film") completed++;
      } else if (created < films && created - completed < FILMS_IN_FLIGHT) {
        commits++;
        await createFilm(sql, `${run}-${created++}`);
      } else {
        // One claims for all, as a runner does.
        claiming ??= claimMore(sql);
        await claiming;
      }
    }
  }
  async function claimMore(sql: Sql): Promise<void> {
    commits++;
    due.push(...await claim(sql));
    claiming = null;
  }
  await Promise.all(sessions.map(act));

  return { films, steps, commits, seconds: (performance.now() - since) / 1000 };
}

/** Submission and callback, or the runner's own answer; how many commits that took. */
async function finish(sql: Sql, work: Work): Promise<number> {
  if (work.step === "store_film") {
    await answer(sql, work);
    return 1;
  }
  await submit(sql, work);
  await callBack(sql, work);
  return 2;
}
