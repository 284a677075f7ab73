import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";

/** Everything in here is ours: extensions live in schemas of their own. */
const OURS = ["public", "private"];

/** What housekeeping deletes after its time. */
const KEPT = ["events", "attempts", "callbacks", "deliveries", "errors", "seen_deliveries"];

Deno.test(
  "schema: row level security is on for every table",
  onDatabase(async ({ sql }) => {
    const open = await sql`
      select oid::regclass::text as name from pg_class
      where relnamespace::regnamespace::text = any (${OURS}) and relkind in ('r', 'p')
        and not relrowsecurity`;

    assert.deepEqual(open.map(({ name }) => name), []);
  }),
);

Deno.test(
  "schema: every table and every function has a comment",
  onDatabase(async ({ sql }) => {
    const silent = await sql`
      select oid::regclass::text as name from pg_class
      where relnamespace::regnamespace::text = any (${OURS}) and relkind in ('r', 'p', 'v')
        and obj_description(oid, 'pg_class') is null
      union all
      select oid::regprocedure::text from pg_proc
      where pronamespace::regnamespace::text = any (${OURS})
        and obj_description(oid, 'pg_proc') is null`;

    assert.deepEqual(silent.map(({ name }) => name), []);
  }),
);

Deno.test(
  "schema: every function states its search_path",
  onDatabase(async ({ sql }) => {
    const loose = await sql`
      select oid::regprocedure::text as name from pg_proc
      where pronamespace::regnamespace::text = any (${OURS})
        and not coalesce('search_path=""' = any (proconfig), false)`;

    assert.deepEqual(loose.map(({ name }) => name), []);
  }),
);

Deno.test(
  "schema: every foreign key has an index that begins with its columns",
  onDatabase(async ({ sql }) => {
    const bare = await sql`
      select conrelid::regclass::text || '.' || conname as name
      from pg_constraint
      where contype = 'f' and connamespace::regnamespace::text = any (${OURS})
        and not exists (
          select from pg_index
          where indrelid = conrelid
            and (string_to_array(indkey::text, ' ')::int2[])[1:cardinality(conkey)] = conkey
        )`;

    assert.deepEqual(bare.map(({ name }) => name), []);
  }),
);

Deno.test(
  "schema: cron jobs, bucket, settings and the bell are there",
  onDatabase(async ({ sql }) => {
    const jobs = await sql`select jobname, schedule, command from cron.job order by jobname`;
    assert.deepEqual(jobs.map(({ jobname }) => jobname), [
      "reelay-housekeeping",
      "reelay-invariants",
      "reelay-prune-cron-history",
      "reelay-prune-request-counts",
      "reelay-sweep",
    ]);
    assert.deepEqual([jobs[0]?.schedule, jobs[0]?.command], [
      "*/5 * * * *",
      "select private.housekeep()",
    ]);
    assert.deepEqual([jobs[4]?.schedule, jobs[4]?.command], [
      "5 seconds",
      "select private.sweep()",
    ]);
    const buckets = await sql`select id, public from storage.buckets`;
    assert.deepEqual([...buckets], [{ id: "films", public: true }]);
    const [key] =
      await sql`select value #>> '{}' as key from private.settings where name = 'token_key'`;
    assert.match(key?.key, /^[0-9a-f]{64}$/);
    assert.equal((await sql`select from private.bell`).length, 1);
  }),
);

Deno.test(
  "schema: every setting that a function reads is there, for every kind of step",
  onDatabase(async ({ sql }) => {
    const read = await sql<{ name: string }[]>`
      select distinct name[2] || case when name[1] = 'step_' then '.' else '' end as name
      from pg_proc, regexp_matches(prosrc, 'private\\.(step_)?setting\\(''([a-z_.]+)''', 'g') as name
      where pronamespace = 'private'::regnamespace or pronamespace = 'public'::regnamespace`;
    const kinds = await sql<{ kind: string }[]>`
      select kind[1] as kind
      from pg_constraint, regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''', 'g') as kind
      where conname = 'step_kind_is_known'`;
    const needed = read.map(({ name }) => name).flatMap((name) => {
      if (name === "keep_days.") return KEPT.map((what) => name + what);
      return name.endsWith(".") ? kinds.map(({ kind }) => name + kind) : [name];
    });

    const there = await sql<{ name: string }[]>`select name from private.settings`;
    assert(needed.includes("give_up_seconds.stitch"));
    assert(needed.length > 15);
    assert.deepEqual(
      needed.filter((name) => !there.some((setting) => setting.name === name)),
      [],
    );
  }),
);
