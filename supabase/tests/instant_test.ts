import assert from "node:assert/strict";
import { insertFinishedFilms } from "../../bench/finished_films.ts";
import { onDatabase } from "./given.ts";
import { readFor } from "./rows_read.ts";
import { setSetting } from "./verbs.ts";

/** A volatile clock in a condition is asked for each row, and keeps an index from being used. */
const MANY = 5000;

Deno.test(
  "today's spending is summed without a look at other days'",
  onDatabase(async ({ sql, openSession, aProject }) => {
    await insertFinishedFilms(sql, MANY / 8);
    await sql`
      update private.attempts
      set estimated_cost_usd = 0.1, created_at = created_at - interval '2 days'`;
    await setSetting(sql, "max_usd_per_day", 100);
    await sql`vacuum analyze private.attempts`;
    await aProject();
    const { sql: own } = await openSession();

    const shown = await readFor(sql, own, "attempts", "select public.read_overview()");
    const claim = `select public.claim_work(9, '{"generate_clip": "fal"}', false)`;
    const claimed = await readFor(sql, own, "attempts", claim);
    assert(shown < 500 && claimed < 500, `${shown} and ${claimed} rows`);
  }),
);

Deno.test(
  "figures of the last hour are counted without a look at earlier days",
  onDatabase(async ({ sql, openSession }) => {
    await insertFinishedFilms(sql, MANY / 8);
    await sql`update private.steps set updated_at = updated_at - interval '2 days'`;
    await sql`alter table public.webhook_deliveries disable trigger user`;
    await sql`update public.webhook_deliveries set updated_at = updated_at - interval '2 days'`;
    await sql`alter table public.webhook_deliveries enable trigger user`;
    await sql`
      insert into public.webhook_delivery_attempts (delivery_id, number, attempted_at)
      select delivery_id, 100 + n, private.clock() - interval '2 days'
      from public.webhook_deliveries cross join generate_series(1, 8) as n`;
    await sql`vacuum analyze`;
    const { sql: own } = await openSession();

    const tables = ["steps", "attempts", "webhook_deliveries", "webhook_delivery_attempts"];
    for (const table of tables) {
      const read = await readFor(sql, own, table, "select public.read_metrics(3600)");
      assert(read < 500, `${read} rows of ${table}`);
    }
  }),
);

Deno.test(
  "a sweep looks at no callback that may still find what it is about",
  onDatabase(async ({ sql, openSession }) => {
    await sql`
      insert into public.webhook_logs (webhook_id, source, type, outcome, request_id, raw_body)
      select 'w' || n, 'fal', 'generation.completed', 'buffered', 'r' || n, ''
      from generate_series(1, ${MANY}::integer) as n`;
    await sql`vacuum analyze public.webhook_logs`;
    const { sql: own } = await openSession();
    await own`reset role`;

    const read = await readFor(sql, own, "webhook_logs", "select private.sweep()");
    assert(read < 500, `${read} rows`);
  }),
);

Deno.test(
  "what doors have counted lately is not gone through for what is to be forgotten",
  onDatabase(async ({ sql, openSession }) => {
    await sql`
      insert into private.door_requests (door, status, requests, ms_total, requests_by_ms, at)
      select 'webhook', 200, 1, 1, '{}', private.clock() from generate_series(1, ${MANY}::integer)`;
    await sql`
      insert into private.limit_hits (what, hits, at)
      select 'fal', 1, private.clock() from generate_series(1, ${MANY}::integer)`;
    await sql`vacuum analyze private.door_requests, private.limit_hits`;
    const { sql: own } = await openSession();
    await own`reset role`;
    const prune = "select private.prune_request_counts()";

    const doors = await readFor(sql, own, "door_requests", prune);
    const hits = await readFor(sql, own, "limit_hits", prune);
    assert(doors < 500 && hits < 500, `${doors} and ${hits} rows`);
  }),
);
