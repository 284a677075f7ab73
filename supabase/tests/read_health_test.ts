import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { readHealth } from "../functions/_shared/management/figures.ts";
import { setProvider } from "../functions/_shared/management/installation.ts";
import { onDatabase } from "./given.ts";
import { claim, moveClock, setSetting } from "./verbs.ts";

/** pg_cron notes that a sweep ended so many seconds ago. */
async function sweepRan(sql: Sql, secondsAgo: number, status = "succeeded") {
  await sql`
    insert into cron.job_run_details (jobid, status, start_time, end_time)
    select jobid, ${status}, now(), now() - ${secondsAgo} * interval '1 second'
    from cron.job where jobname = 'reelay-sweep'`;
}

function onSwept(test: Parameters<typeof onDatabase>[0]): () => Promise<void> {
  return onDatabase(async (given) => {
    await given.sql`delete from cron.job_run_details`;
    await sweepRan(given.sql, 5);
    await test(given);
  });
}

Deno.test(
  "read_health finds nothing wrong where nothing is",
  onSwept(async ({ db, aProject }) => {
    await aProject();

    const { is_healthy, is_paused, checks } = await readHealth(db);

    assert.deepEqual([is_healthy, is_paused], [true, false]);
    assert.deepEqual(Object.keys(checks).toSorted(), [
      "bell",
      "database",
      "invariants",
      "overdue",
      "sweep",
    ]);
  }),
);

Deno.test(
  "read_health notices a sweep that does not run, or fails",
  onSwept(async ({ db, sql }) => {
    await sql`delete from cron.job_run_details`;
    await sweepRan(sql, 70);
    await sweepRan(sql, 5, "failed");

    const { is_healthy, checks } = await readHealth(db);

    assert.deepEqual([is_healthy, checks.sweep?.ok], [false, false]);
  }),
);

Deno.test(
  "read_health answers also where pg_cron is not there",
  onSwept(async ({ sql }) => {
    const undone = new Error("Undone");
    await assert.rejects(
      sql.begin(async (sql) => {
        await sql`drop extension pg_cron cascade`;
        const [row] = await sql`
          select public.read_health() -> 'checks' -> 'sweep' -> 'last_run_at' as ran_at`;
        assert.deepEqual(row, { ran_at: null });
        throw undone;
      }),
      undone,
    );
  }),
);

Deno.test(
  "read_health notices a database that takes nothing",
  onSwept(async ({ sql }) => {
    const [row] = await sql.begin(
      "read only",
      (sql) => sql`select public.read_health() -> 'checks' -> 'database' ->> 'ok' as ok`,
    );

    assert.equal(row?.ok, "false");
  }),
);

Deno.test(
  "read_health notices a deaf bell",
  onSwept(async ({ db, sql }) => {
    await sql`update private.bell set unanswered_since = private.clock() - interval '1 minute'`;

    const { is_healthy, checks } = await readHealth(db);

    assert.deepEqual([is_healthy, checks.bell?.ok], [false, false]);
  }),
);

Deno.test(
  "read_health notices work that nobody looks at, unless everything is paused",
  onSwept(async ({ db, sql, aProject }) => {
    await aProject();
    await sql`update private.bell set unanswered_since = null`;
    await moveClock(sql, 290);
    assert.equal((await readHealth(db)).is_healthy, true);
    await moveClock(sql, 20);

    const overdue = (await readHealth(db)).checks.overdue;
    assert.deepEqual([overdue?.ok, overdue?.count], [false, 1]);

    await setProvider(db, "*", { is_paused: true });
    await sql`update private.bell set unanswered_since = null`;
    const paused = await readHealth(db);
    assert.deepEqual([paused.is_healthy, paused.is_paused], [true, true]);
  }),
);

Deno.test(
  "read_health takes waiting for a place for no fault, a dead lease for one",
  onSwept(async ({ db, sql, aProject }) => {
    await setProvider(db, "fal", { max_in_flight: 1 });
    await aProject({ scenes: ["cut", "cut"] });
    await claim(db);
    await sql`update private.steps set due_at = 'infinity' where status = 'running'`;
    await sql`update private.bell set unanswered_since = null`;
    await moveClock(sql, 1000);
    assert.equal((await readHealth(db)).checks.overdue?.ok, true);

    await sql`update private.steps set due_at = private.clock() - interval '6 minutes'
      where status = 'running'`;

    assert.equal((await readHealth(db)).checks.overdue?.ok, false);
  }),
);

Deno.test(
  "read_health takes waiting for another day's money for no fault",
  onSwept(async ({ db, sql, aProject, aClaimedClip }) => {
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('fal-ai/some-model', 'generate_clip', 1, current_date, 'a test')`;
    await setSetting(sql, "max_usd_per_day", 1);
    await aClaimedClip();
    await aProject({ video_id: "another" });
    assert.deepEqual(await claim(db), []);
    await sql`update private.steps set due_at = private.clock() - interval '6 minutes'
      where status = 'queued'`;
    await sql`update private.bell set unanswered_since = null`;

    assert.equal((await readHealth(db)).checks.overdue?.ok, true);
    await setSetting(sql, "max_usd_per_day", 2);

    assert.equal((await readHealth(db)).checks.overdue?.ok, false);
  }),
);

Deno.test(
  "read_health counts the broken promises that the last look found",
  onSwept(async ({ db, sql, aProject }) => {
    await aProject();
    await sql`select private.note_invariants()`;
    assert.deepEqual((await readHealth(db)).checks.invariants?.ok, true);

    await sql`update private.steps set status = 'cancelled'`;
    await sql`select private.note_invariants()`;
    const { is_healthy, checks } = await readHealth(db);

    assert.equal(is_healthy, false);
    assert.deepEqual([checks.invariants?.ok, checks.invariants?.broken], [false, 1]);
    assert.match(String(checks.invariants?.checked_at), /^\d{4}-/);
    const [check] =
      await sql`select to_json(tried_at) #>> '{}' as tried_at from private.invariant_check`;
    assert.equal(
      checks.invariants?.tried_at,
      check?.tried_at,
      "also where that look was broken off",
    );
  }),
);
