import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { insertFinishedFilms } from "../../bench/finished_films.ts";
import { tellCounts } from "../../bench/tell_counts.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { callback, claim, submit } from "./verbs.ts";

/** How many entries of each index were read, with what the sessions have counted until now. */
async function indexReads(sql: Sql, session: Sql): Promise<Map<string, number>> {
  await tellCounts(session, sql);
  const rows = await sql<{ name: string; entries: number }[]>`
    select indexrelname as name, idx_tup_read::int as entries from pg_stat_user_indexes`;
  return new Map(rows.map(({ name, entries }) => [name, entries]));
}

/*
 * Sessions of a pool live long, and so do their plans: to read an index from end to end is cheapest
 * while tables are small, and a plan never tells how dear it has become.
 */
for (const finished of [5, 60]) {
  Deno.test(
    `what a session planned with ${finished} films in the tables reads no index from end to end later`,
    onDatabase(async ({ sql, openSession }) => {
      await insertFinishedFilms(sql, finished);
      await sql`analyze`;
      const { db, sql: own } = await openSession();

      let films = 0;
      /** The first clips of so many new films, submitted. */
      async function submitClips(amount: number): Promise<StepWork[]> {
        for (const until = films + amount; films < until; films++) {
          const name = `film-${films}`;
          const scenes = ["last_frame", "last_frame"] as const;
          await createProject(db, jobOf({ video_id: name, user_id: name, scenes: [...scenes] }));
        }
        const works: StepWork[] = [];
        while (works.length < amount) {
          works.push(...await claim(db, { providers: { generate_clip: "fal" } }));
        }
        for (const work of works) await submit(db, work);
        return works;
      }

      for (const work of await submitClips(3)) await callback(db, work);
      const works = await submitClips(300);
      const before = await indexReads(sql, own);

      for (const work of works.slice(0, 20)) await callback(db, work);

      const after = await indexReads(sql, own);
      const perCallback = [...after].map(([name, entries]) =>
        [name, (entries - (before.get(name) ?? 0)) / 20] as const
      );
      assert.deepEqual(perCallback.filter(([, entries]) => entries > 60), []);
    }),
  );
}
