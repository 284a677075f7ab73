import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { onDatabase } from "./given.ts";
import { callback, claim, fail, moveClock, submit } from "./verbs.ts";

Deno.test(
  "queued_steps lets users take turns: many films of one do not hold up another one's first",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ user_id: "busy", scenes: Array(12).fill("cut") });
    const patient = await aProject({ user_id: "patient", scenes: ["cut", "cut"] });

    const [one, two, three, four] = await claim(db, { limit: 4 });

    const owners = [one, two, three, four].map((work) => work?.project_id === patient);
    assert.equal(owners.filter(Boolean).length, 2);
    assert.equal((await sql`select from private.steps where status = 'running'`).length, 4);
  }),
);

Deno.test(
  "queued_steps gives a provider no more than max_in_flight, waiting ones counted",
  onDatabase(async ({ db, sql, aProject }) => {
    await sql`update private.providers set max_in_flight = 3 where name = 'fal'`;
    await aProject({ scenes: Array(5).fill("cut") });

    const works = await claim(db);
    for (const work of works) await submit(db, work);

    assert.equal(works.length, 3);
    assert.deepEqual(await claim(db), []);
  }),
);

Deno.test(
  "queued_steps gives one user no more than max_in_flight_per_user",
  onDatabase(async ({ db, sql, aProject }) => {
    await sql`update private.providers set max_in_flight_per_user = 1 where name = 'fal'`;
    await aProject({ user_id: "a", scenes: ["cut", "cut"] });
    await aProject({ user_id: "b", scenes: ["cut", "cut"] });

    const owners = (await claim(db)).map(({ project_id }) => project_id);

    assert.deepEqual([owners.length, new Set(owners).size], [2, 2]);
  }),
);

Deno.test(
  "queued_steps gives a paused provider nothing, and the row named * pauses every one",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject();
    for (const name of ["fal", "*"]) {
      await sql`update private.providers set is_paused = name = ${name}`;
      assert.deepEqual(await claim(db), [], name);
    }

    await sql`update private.providers set is_paused = name = 'storage'`;

    assert.equal((await claim(db)).length, 1);
  }),
);

Deno.test(
  "queued_steps counts what is in flight for a user: who has least comes first",
  onDatabase(async ({ db, sql, aProject }) => {
    await sql`update private.providers set max_in_flight = 3 where name = 'fal'`;
    await aProject({ user_id: "busy", scenes: Array(6).fill("cut") });
    const [one] = await claim(db);
    assert(one);
    await submit(db, one);
    await aProject({ user_id: "late", scenes: ["cut", "cut"] });

    assert.deepEqual(await claim(db), []);
    await callback(db, one);

    const [next, ...others] = await claim(db);
    assert.deepEqual(others, []);
    const [owner] = await sql`select user_id from private.steps where step_id = ${
      next?.step_id ?? ""
    }`;
    assert.equal(owner?.user_id, "late");
  }),
);

Deno.test(
  "queued_steps takes what ends a film before a user's new clips, and never waits for another provider",
  onDatabase(async ({ db, sql, aProject, aFilmInStitching }) => {
    const ending = await aFilmInStitching({ scenes: ["cut", "cut"] });
    await sql`update private.steps set due_at = due_at + interval '1 second'
      where project_id = ${ending} and status = 'queued'`;
    await aProject({ video_id: "video-2", scenes: Array(50).fill("cut") });
    await moveClock(sql, 2);

    const works = await claim(db, { limit: 2 });

    assert.deepEqual(works.map(({ project_id }) => project_id), [ending, ending]);

    for (const work of works) {
      await submit(db, work);
      await callback(db, work);
    }
    await sql`update private.providers set held_until = 'infinity' where name = 'fal'`;
    assert.deepEqual((await claim(db, { limit: 1 })).map(({ step }) => step), ["store_film"]);
  }),
);

Deno.test(
  "queued_steps lets requests be given up without a place: that makes one",
  onDatabase(async ({ db, sql, aProject, aSubmittedClip }) => {
    await sql`update private.providers set max_in_flight = 1 where name = 'fal'`;
    const { project_id: projectId } = await aSubmittedClip();
    await changeProject(db, "cancel", { projectId, reason: null });
    await aProject({ video_id: "video-2", scenes: ["cut", "cut"] });

    const works = await claim(db);

    assert.deepEqual(works.map(({ step }) => step).toSorted(), ["cancel_request", "generate_clip"]);
  }),
);

Deno.test(
  "queued_steps feels the way with one call at a time, and never beyond a limit",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ scenes: Array(8).fill("cut") });
    const works = await claim(db);
    for (const work of works.slice(0, 5)) await fail(db, work, { retryable: true });
    for (const work of works.slice(5)) await submit(db, work);
    await sql`update private.providers set failures_in_a_row = 5,
      held_until = private.clock() + interval '30 seconds' where name = 'fal'`;
    await moveClock(sql, 100);

    assert.equal((await claim(db)).length, 1);
    assert.deepEqual(await claim(db), [], "one is feeling the way");

    await sql`update private.steps set status = 'queued', claim_token = null, due_at = private.clock()
      where status = 'running'`;
    await sql`update private.providers set max_in_flight = 3 where name = 'fal'`;
    assert.deepEqual(await claim(db), [], "three are in flight");
  }),
);

Deno.test(
  "queued_steps is reached by indexes alone: a claim does not read through all steps that ever were",
  onDatabase(async ({ sql, aProject, openSession }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    await sql`
      insert into private.steps (project_id, user_id, kind, status, due_at)
      select ${projectId}, 'user-1', 'store_film', 'completed', now() from generate_series(1, 5000)`;
    await sql`analyze private.steps`;
    const { db, sql: own } = await openSession();
    await own`reset role`;

    await own`begin`;
    const works = await claim(db);
    const [reads] = await own`
      select seq_scan::int as scans from pg_stat_xact_all_tables where relid = 'private.steps'::regclass`;
    await own`rollback`;

    assert.deepEqual([works.length, reads?.scans], [2, 0]);
  }),
);
