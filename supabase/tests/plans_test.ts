import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { insertFinishedFilms } from "../../bench/finished_films.ts";
import { tellCounts } from "../../bench/tell_counts.ts";
import { type Given, onDatabase } from "./given.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { aFilm, drive } from "./drive.ts";
import { jobOf } from "./job_of.ts";
import { rowsRead } from "./rows_read.ts";
import { insertOtherUsers, insertWorkUnderWay } from "./other_users.ts";
import { callback, callbackOf, claim, submit } from "./verbs.ts";

/** They hold a row for each thing that an operator configured: no index is faster than reading them. */
const SMALL = [
  "bell",
  "providers",
  "settings",
  "prices",
  "model_fallbacks",
  "webhook_sources",
  "housekeeping",
  "http_request_queue",
  "secrets",
];

/** The first clips of new films are there, and their callbacks are received together. */
async function receiveSome({ db, aProject }: Given, amount: number): Promise<void> {
  for (let i = 0; i < amount; i++) {
    await aProject({ scenes: ["last_frame", "last_frame"], video_id: `together-${i}` });
  }
  const works = (await claim(db)).filter(({ step }) => step === "generate_clip");
  for (const work of works) await submit(db, work);
  const callbacks = works.map((work) => callbackOf(work));
  const answers = await db.call("receive_callbacks", { p_callbacks: callbacks }, z.array(z.json()));
  assert.equal(answers.filter((answer) => answer !== null).length, amount);
}

/** How often each large table was read as a whole, with what the session has counted until now. */
async function sequentialScans(sql: Sql, session: Sql): Promise<Map<string, number>> {
  await tellCounts(sql, session);
  const rows = await sql<{ name: string; scans: number }[]>`
    select relname as name, seq_scan::int as scans
    from pg_stat_user_tables
    where relname <> all (${SMALL})`;
  return new Map(rows.map(({ name, scans }) => [name, scans]));
}

Deno.test(
  "no query from a job to its finished film reads a large table as a whole",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    await insertFinishedFilms(sql, 2000);
    await insertLedger(sql);
    await insertOtherUsers(sql, 3000);
    // A connection that plans its statements now, with the tables as they are.
    const { db, sql: own } = await openSession();
    const before = await sequentialScans(sql, own);

    const { project_id } = await createProject(db, jobOf({ scenes: ["last_frame", "last_frame"] }));
    await drive({ ...given, db }, project_id);
    await createProject(db, jobOf({ video_id: "another" }));
    const [work] = await claim(db);
    assert(work);
    await submit(db, work);
    await callback(db, work);
    assert.equal((await callback(db, work)).outcome, "duplicate");
    const stranger = { token: null, result: { request_id: "nobody's" } };
    assert.equal((await callback(db, work, stranger)).outcome, "buffered");
    await receiveSome({ ...given, db }, 3);

    const after = await sequentialScans(sql, own);
    const read = [...after].filter(([name, scans]) => scans > (before.get(name) ?? 0));
    assert.deepEqual(read, []);
  }),
);

Deno.test(
  "the sweep finds what is due among finished rows by an index",
  onDatabase(async ({ sql, openSession }) => {
    await insertFinishedFilms(sql, 2000);
    await insertLedger(sql);
    await insertOtherUsers(sql, 3000);
    const { sql: own } = await openSession();
    await own`reset role`;
    const before = await sequentialScans(sql, own);

    await own`select private.sweep()`;

    const after = await sequentialScans(sql, own);
    assert.deepEqual([...after].filter(([name, scans]) => scans > (before.get(name) ?? 0)), []);
  }),
);

Deno.test(
  "deleting a user's data reads neither all callbacks, all errors nor all files there are",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    await insertFinishedFilms(sql, 2000);
    await sql`
      insert into storage.objects (bucket_id, name)
      select 'films', project_id || '/film.mp4' from public.projects`;
    const id = await aFilm(given, { user_id: "who leaves" });
    await sql`insert into storage.objects (bucket_id, name) values ('films', ${`${id}/film.mp4`})`;
    await sql`
      insert into public.error_logs (type, message, context)
      select 'step', 'It broke', jsonb_build_object('project_id', project_id)
      from public.projects
      cross join generate_series(1, 5)`;
    await sql`vacuum analyze storage.objects, public.error_logs`;
    const { sql: own } = await openSession();
    const before = await sequentialScans(sql, own);

    const [seen] = await own`select public.preview_user_data('who leaves') as counted`;
    const [row] = await own`select public.delete_user_data('who leaves') as deleted`;

    assert.equal(row?.deleted.done, true);
    assert(row.deleted.callbacks > 0 && row.deleted.paths.includes(`${id}/film.mp4`));
    assert.deepEqual([seen?.counted.errors, row.deleted.errors], [5, 5]);
    const after = await sequentialScans(sql, own);
    for (const table of ["webhook_logs", "error_logs", "objects"]) {
      assert.equal(after.get(table), before.get(table), table);
    }
  }),
);

Deno.test(
  "what others have under way makes no submission and no callback read more, by plans of a calm night",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    await insertFinishedFilms(sql, 500);
    const { db, sql: own } = await openSession();
    // Often enough for the plans that stay.
    for (const video_id of ["a", "b", "c"]) {
      const { project_id } = await createProject(
        db,
        jobOf({ video_id, scenes: ["last_frame", "last_frame"] }),
      );
      await drive({ ...given, db }, project_id);
    }
    await insertWorkUnderWay(sql, 2000);

    const before = await rowsRead(sql, own);
    const { project_id } = await createProject(
      db,
      jobOf({ video_id: "d", scenes: ["last_frame"] }),
    );
    const created = await rowsRead(sql, own);
    assert(created - before < 1000, `a new film reads ${created - before} rows`);
    const [work] = await claim(db);
    assert.equal(work?.project_id, project_id);
    const claimed = await rowsRead(sql, own);
    await submit(db, work);
    await callback(db, work);
    const read = await rowsRead(sql, own) - claimed;
    assert(read < 1000, `a submission and its callback read ${read} rows`);
    const alone = await rowsRead(sql, own);
    await receiveSome({ ...given, db }, 3);
    const together = await rowsRead(sql, own) - alone;
    assert(together < 3000, `three films and their callbacks read ${together} rows`);
  }),
);

Deno.test(
  "nothing on a film's road is a SQL function, which Postgres plans anew at each call",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    const { db, sql: own } = await openSession();
    await own`reset role`;
    await own`set track_functions = 'all'`;
    await own`set role service_role`;

    const { project_id } = await createProject(db, jobOf({ scenes: ["last_frame", "last_frame"] }));
    await drive({ ...given, db }, project_id);
    await tellCounts(own);

    const called = await sql<{ name: string; language: string }[]>`
      select schemaname || '.' || funcname as name, lanname as language
      from pg_stat_user_functions
      join pg_proc on pg_proc.oid = funcid
      join pg_language on pg_language.oid = prolang
      where schemaname in ('public', 'private')`;
    assert(called.some(({ name }) => name === "private.complete_project"));
    assert.deepEqual(called.filter(({ language }) => language === "sql"), []);
  }),
);

/** What the ledger says of finished attempts that had a price. */
async function insertLedger(sql: Sql): Promise<void> {
  await sql`
    insert into private.ledger (project_id, user_id, attempt_id, kind, usd)
    select steps.project_id, steps.user_id, attempts.attempt_id, entry.kind, 0.1
    from private.attempts
    join private.steps using (step_id)
    cross join (values ('reserve'), ('release'), ('settle')) as entry (kind)`;
  await sql`vacuum analyze private.ledger`;
}

Deno.test(
  "thousands of queued steps make no claim read more, by plans of a calm night",
  onDatabase(async (given) => {
    const { sql, openSession, aProject } = given;
    await insertFinishedFilms(sql, 500);
    const { db, sql: own } = await openSession();
    for (const video_id of ["a", "b", "c"]) {
      const { project_id } = await createProject(
        db,
        jobOf({ video_id, scenes: ["last_frame", "last_frame"] }),
      );
      await drive({ ...given, db }, project_id);
    }
    const project = await aProject({ video_id: "d", scenes: ["cut"] });
    await insertQueuedSteps(sql, project, 5000);

    const before = await rowsRead(sql, own);
    assert((await claim(db, { limit: 10 })).length > 5, "the others are deliveries");
    const read = await rowsRead(sql, own) - before;
    assert(read < 1000, `a claim of ten steps reads ${read} rows`);
  }),
);

/** Frames of a film that wait for a runner. */
async function insertQueuedSteps(sql: Sql, projectId: string, steps: number): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`;
    await transaction`
      insert into private.steps (step_id, project_id, user_id, kind, due_at)
      select 'step_waiting' || n, ${projectId}, 'user-1', 'cancel_request', now() - interval '1 hour'
      from generate_series(1, ${steps}::integer) as n`;
  });
}
