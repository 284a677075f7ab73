import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { claimDeliveries, recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { anEndpoint, OK, queueTo } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { rowsRead } from "./rows_read.ts";

const WAITING = 5000;
const BATCHES = { batch_size: 20, batch_ms: 1000, max_in_flight: 5 };
const KINDS = [
  ["any endpoint", {}],
  ["an ordered endpoint", { is_ordered: true }],
  ["an endpoint that takes batches", BATCHES],
  ["an ordered one that takes batches", { ...BATCHES, is_ordered: true }],
] as const;

for (const [kind, changes] of KINDS) {
  Deno.test(
    `a receiver that was away for days: with ${WAITING} deliveries to ${kind}, a claim reads a page of them`,
    onDatabase(async (given) => {
      const { sql, openSession, aProject } = given;
      const { id } = await anEndpoint(given, changes);
      const project = await aProject();
      await insertDelivered(sql, project);
      await insertWaiting(sql, { id, project });
      const { db, sql: own } = await openSession();

      const before = await rowsRead(sql, own);
      const { deliveries } = await claimDeliveries(db, 100);
      const read = await rowsRead(sql, own) - before;

      assert(deliveries.length > 0);
      assert(read < 2000, `a claim reads ${read} rows`);
      const again = await rowsRead(sql, own);
      await claimDeliveries(db, 100);
      const reread = await rowsRead(sql, own) - again;
      assert(reread < 3000, `a claim that finds no slot reads ${reread} rows`);
    }),
  );
}

Deno.test(
  "an event for a receiver with thousands of waiting ones reads no more than a batch of them",
  onDatabase(async (given) => {
    const { sql, openSession, aProject } = given;
    const { id } = await anEndpoint(given, BATCHES);
    const project = await aProject();
    await insertDelivered(sql, project);
    await insertWaiting(sql, { id, project });
    const { sql: own } = await openSession();
    await own`reset role`;

    const before = await rowsRead(sql, own);
    await own`select private.queue_event(projects, 'scene.completed', '{}') from public.projects`;
    const read = await rowsRead(sql, own) - before;

    assert(read < 300, `an event reads ${read} rows`);
  }),
);

Deno.test(
  "a sweep reads a page of what is overdue, and one after the other gives up what is too old",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    await queueTo(sql, "source:a", WAITING, { age: 7200 });
    const [old = ""] = await queueTo(sql, "source:a", 1, { age: 3660 });
    await sql`
      update public.webhook_deliveries
      set due_at = due_at + (position % ${WAITING}) * interval '1 millisecond',
        queued_at = queued_at - case delivery_id when ${old} then interval '8 days' else '0' end`;
    await sql`vacuum analyze public.webhook_deliveries`;
    const { sql: own } = await openSession();
    await own`reset role`;
    const isDead = async () =>
      (await sql`select from public.webhook_deliveries where delivery_id = ${old} and status = 'dead'`)
        .length === 1;

    const before = await rowsRead(sql, own);
    await own`select private.sweep()`;
    const read = await rowsRead(sql, own) - before;
    assert(read < 2000, `a sweep reads ${read} rows`);

    let sweeps = 1;
    for (; sweeps < 30 && !await isDead(); sweeps++) await own`select private.sweep()`;
    assert(await isDead());
    const [{ dead } = { dead: 0 }] = await sql`
      select count(*)::int as dead from public.webhook_deliveries where status = 'dead'`;
    assert.equal(dead, 1);
  }),
);

Deno.test(
  "410 of a receiver with thousands of waiting deliveries skips a page of them, and sweeps skip the others",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given, { max_in_flight: 1 });
    await queueTo(sql, id, 25_000);
    const skipped = async () =>
      (await sql`select from public.webhook_deliveries where status = 'skipped'`).length;

    const { deliveries: [work] } = await claimDeliveries(db, 1);
    assert(work);
    await recordDelivery(db, work, { ...OK, status_code: 410 });
    assert.equal(await skipped(), 10_000);
    assert.deepEqual((await claimDeliveries(db, 100)).deliveries, []);
    const [told] = await sql`
      select (data ->> 'skipped')::int as n from public.pipeline_events where type = 'endpoint.disabled'`;
    assert.equal(told?.n, 24_999);

    await sql`select private.sweep()`;
    assert.equal(await skipped(), 20_000);
    await sql`select private.sweep()`;
    assert.equal(await skipped(), 24_999);
  }),
);

Deno.test(
  "a sweep looks at a page of thousands of receivers for those that were disabled, and finds each",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    await sql`
      insert into public.webhook_deliveries (endpoint_id, type, url, body)
      select 'source:a-' || n, 'webhook.received', 'https://' || n || '.test/', '{}'
      from generate_series(1, 3000) as n`;
    const { id } = await anEndpoint(given);
    const [late] = await queueTo(sql, id, 1);
    await sql`update private.endpoints set is_enabled = false, disabled_at = private.clock()`;
    const [gone] = await queueTo(sql, "ep_gone", 1);
    await sql`vacuum analyze public.webhook_deliveries`;
    const { sql: own } = await openSession();
    await own`reset role`;

    const before = await rowsRead(sql, own);
    await own`select private.sweep()`;
    const read = await rowsRead(sql, own) - before;
    for (let sweeps = 1; sweeps < 4; sweeps++) await own`select private.sweep()`;

    assert(read < 2000, `a sweep reads ${read} rows`);
    const skipped = await sql`
      select delivery_id from public.webhook_deliveries where status = 'skipped' order by position`;
    assert.deepEqual(skipped.map(({ delivery_id }) => delivery_id), [late, gone]);
  }),
);

Deno.test(
  "thousands of receivers that wait for a retry are not read by a claim of what is due to others",
  onDatabase(async ({ sql, openSession }) => {
    await sql`
      insert into public.webhook_deliveries (endpoint_id, type, url, body, attempt_count, due_at)
      select 'source:a-' || n, 'webhook.received', 'https://waits-' || n || '.test/', '{}', 1,
        private.clock() + interval '1 hour'
      from generate_series(1, 3000) as n`;
    await queueTo(sql, "source:b", 3);
    await sql`vacuum analyze public.webhook_deliveries`;
    const { db, sql: own } = await openSession();

    const before = await rowsRead(sql, own);
    const { deliveries } = await claimDeliveries(db, 100);
    const read = await rowsRead(sql, own) - before;

    assert.equal(deliveries.length, 3);
    assert(read < 300, `a claim reads ${read} rows`);
  }),
);

Deno.test(
  "thousands that are on their way to others are not read by a claim",
  onDatabase(async ({ sql, openSession, aProject }) => {
    await insertDelivered(sql, await aProject());
    await sql`
      insert into public.webhook_deliveries (
        endpoint_id, type, url, body, status, claim_token, attempt_count, due_at
      )
      select 'source:a-' || n % 150, 'webhook.received', 'https://slow-' || n % 150 || '.test/', '{}', 'delivering',
        gen_random_uuid(), 1, private.clock() + interval '1 minute'
      from generate_series(1, 3000) as n`;
    await queueTo(sql, "source:b", 3);
    await sql`vacuum analyze public.webhook_deliveries`;
    const { db, sql: own } = await openSession();

    const before = await rowsRead(sql, own);
    const { deliveries } = await claimDeliveries(db, 100);
    const read = await rowsRead(sql, own) - before;

    assert.equal(deliveries.length, 3);
    assert(read < 300, `a claim reads ${read} rows`);
  }),
);

Deno.test(
  "however much is due to one receiver, and due before it, another one is found",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await queueTo(sql, "source:a", 1000, { url: "https://busy.test/", age: 60 });
    const [other] = await queueTo(sql, "source:b", 1, { url: "https://quiet.test/" });

    const { deliveries } = await claimDeliveries(db, 2);

    assert.ok(deliveries.some(({ delivery_id }) => delivery_id === other));
  }),
);

/** What was sent before, to many. */
async function insertDelivered(sql: Sql, project: string): Promise<void> {
  await sql`
    insert into public.webhook_deliveries (
      project_id, endpoint_id, type, url, body, status, attempt_count, delivered_at, due_at
    )
    select ${project}, 'ep_of_' || n % 50, 'scene.completed', 'https://x.test', '{}', 'delivered', 1, at, at
    from generate_series(1, 10000) as n, lateral (select private.clock() - make_interval(mins => n) as at) as sent`;
}

async function insertWaiting(
  sql: Sql,
  { id, project }: { id: string; project: string },
): Promise<void> {
  await sql`
    insert into public.webhook_deliveries (project_id, endpoint_id, type, url, body, due_at)
    select ${project}, ${id}, 'scene.completed', 'https://desk.test/hook', '{}',
      private.clock() - make_interval(secs => ${WAITING} - n)
    from generate_series(1, ${WAITING}::integer) as n`;
  await sql`vacuum analyze public.webhook_deliveries`;
}
