import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { onDatabase } from "./given.ts";
import { brokenInvariants } from "./look.ts";
import { callback, callbackOf, claimDeliveries, complete, moveClock, setSetting } from "./verbs.ts";
import { receiveCallback } from "../functions/_shared/transitions/callbacks.ts";
import { recordDelivery } from "../functions/_shared/transitions/deliveries.ts";

const DAY = 86400;

Deno.test(
  "housekeep deletes what is older than keep_days of a finished film, and keeps the film",
  onDatabase(async ({ sql, db, aFilmToStore }) => {
    const work = await aFilmToStore();
    await complete(db, work);
    const [delivery] = await claimDeliveries(db);
    assert(delivery);
    await recordDelivery(db, delivery, OK);
    await sql`insert into public.error_logs (type, message) values ('step', 'An old one')`;

    assert.deepEqual(await deletedBy(sql), {}, "all of it is young");
    await moveClock(sql, 91 * DAY);
    const deleted = await deletedBy(sql);

    assert.deepEqual(Object.keys(deleted).sort(), [
      "attempts",
      "callbacks",
      "deliveries",
      "errors",
      "events",
      "seen_deliveries",
    ]);
    for (const table of TABLES) assert.equal(await count(sql, table), 0, table);
    assert.equal(await count(sql, "private.attempts"), 0);
    assert.equal(await count(sql, "public.webhook_delivery_attempts"), 0);
    const [film] = await sql`select status, final_video_url from public.projects`;
    assert.equal(film?.status, "completed");
    assert(film.final_video_url);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "housekeep leaves everything of an unfinished film, however old",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await callback(db, work, { result: { state: "in_progress", progress: 10 } });
    await sql`
      insert into public.error_logs (type, message, context)
      values ('step', 'Of the film', ${sql.json({ project_id: work.project_id })})`;
    const before = await counts(sql);
    await moveClock(sql, 1000 * DAY);

    const { seen_deliveries: _, ...deleted } = await deletedBy(sql);

    assert.deepEqual(deleted, {});
    assert.deepEqual(await counts(sql), { ...before, "private.seen_deliveries": 0 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "housekeep leaves a buffered callback alone until it has been given up",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    const work = await aClaimedClip();
    await receiveCallback(db, { ...callbackOf(work), token: null });
    await moveClock(sql, 40 * DAY);

    await deletedBy(sql);
    assert.equal(await count(sql, "public.webhook_logs"), 1);
    await sql`select private.expire_buffered()`;
    await deletedBy(sql);

    assert.equal(await count(sql, "public.webhook_logs"), 0);
  }),
);

Deno.test(
  "housekeep goes on behind old rows that have to stay",
  onDatabase(async ({ sql, aProject }) => {
    await aProject();
    const stay = await count(sql, "public.pipeline_events");
    await sql`
      insert into public.pipeline_events (project_id, type)
      select project_id, 'a.test' from public.projects, generate_series(1, 30)`;
    await sql`
      insert into public.pipeline_events (type) select 'a.test' from generate_series(1, 25)`;
    await setSetting(sql, "housekeeping_rows", 10);
    await setSetting(sql, "housekeeping_seconds", 0);
    await moveClock(sql, 91 * DAY);

    for (let run = 0; run < 7; run++) await deletedBy(sql);

    assert.equal(await count(sql, "public.pipeline_events"), stay + 30);
  }),
);

Deno.test(
  "housekeep stops when its seconds are over, and keeps for ever what has 0 days",
  onDatabase(async ({ sql }) => {
    await sql`insert into public.pipeline_events (type) select 'a.test' from generate_series(1, 30)`;
    await sql`
      insert into public.error_logs (type, message) select 'step', 'old' from generate_series(1, 30)`;
    await setSetting(sql, "keep_days.errors", 0);
    await setSetting(sql, "housekeeping_rows", 10);
    await setSetting(sql, "housekeeping_seconds", 0);
    await moveClock(sql, 1000 * DAY);

    assert.deepEqual(await deletedBy(sql), { events: 10 });
    await setSetting(sql, "housekeeping_seconds", 5);
    assert.deepEqual(await deletedBy(sql), { events: 20 });

    assert.equal(await count(sql, "public.error_logs"), 30);
  }),
);

Deno.test(
  "housekeep remembers a delivery id for a week even where keep_days says less",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await callback(db, work);
    await sql`update public.projects set status = 'cancelled'`;
    await setSetting(sql, "keep_days.seen_deliveries", 1);
    await setSetting(sql, "keep_days.callbacks", 1);
    await moveClock(sql, 6 * DAY);

    assert.equal((await deletedBy(sql)).seen_deliveries, undefined);
    assert.equal(await count(sql, "public.webhook_logs"), 0);
    const again = await callback(db, work);

    assert.equal(again.outcome, "duplicate", "its record is gone, and it is known all the same");
    assert.match(again.webhook_log_id, /^whlog_/);
    await moveClock(sql, 2 * DAY);
    assert.equal((await deletedBy(sql)).seen_deliveries, 1);
  }),
);

Deno.test(
  "housekeep does nothing while another run is under way",
  onDatabase(async ({ sql, openSession }) => {
    const { sql: other } = await openSession();
    await other`reset role`;
    await other`begin`;
    await other`select private.housekeep()`;

    const [row] = await sql`select private.housekeep() as deleted`;

    assert.deepEqual(row?.deleted, {});
    await other`rollback`;
  }),
);

Deno.test(
  "housekeep rests behind each page for as long as that took",
  onDatabase(async ({ openSession }) => {
    const { sql } = await openSession();
    await sql`reset role`;
    await sql`set track_functions = 'pl'`;
    await sql`insert into public.pipeline_events (type) select 'a.test' from generate_series(1, 500)`;
    await setSetting(sql, "housekeeping_rows", 100);
    await moveClock(sql, 91 * DAY);

    assert.deepEqual(await deletedBy(sql), { events: 500 });

    await sql`select pg_stat_force_next_flush()`;
    const [took] = await sql`
      select
        max(total_time) filter (where funcname = 'housekeep') as all,
        max(total_time) filter (where funcname = 'prune_page') as pages
      from pg_stat_user_functions`;
    assert(took && took.pages > 0);
    assert(took.all >= 2 * took.pages, `${took.pages} ms of ${took.all}`);
  }),
);

const TABLES = [
  "private.steps",
  "private.seen_deliveries",
  "public.pipeline_events",
  "public.webhook_logs",
  "public.webhook_deliveries",
  "public.error_logs",
];
const OK = {
  status_code: 200,
  error: null,
  duration_ms: 1,
  response_excerpt: null,
  retry_after: null,
};

/** What a run deleted, without what it left alone. */
async function deletedBy(sql: Sql): Promise<Record<string, number>> {
  const [row] = await sql<{ deleted: Record<string, number> }[]>`
    select private.housekeep() as deleted`;
  return Object.fromEntries(Object.entries(row?.deleted ?? {}).filter(([, n]) => n > 0));
}

async function count(sql: Sql, table: string): Promise<number> {
  const [row] = await sql.unsafe(`select count(*)::integer as n from ${table}`);
  return row?.n;
}

async function counts(sql: Sql): Promise<Record<string, number>> {
  const all: Record<string, number> = {};
  for (const table of TABLES) all[table] = await count(sql, table);
  return all;
}
