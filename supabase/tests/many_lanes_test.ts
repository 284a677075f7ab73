import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { claimDeliveries } from "../functions/_shared/transitions/deliveries.ts";
import { anEndpoint, claimAll, queueTo } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { readFor, rowsRead } from "./rows_read.ts";

const RECEIVERS = 3000;

/** Something due to each of many receivers, and how long ago. */
async function queueToMany(sql: Sql, { receivers = RECEIVERS, each = 1, age = 60 } = {}) {
  await sql`
    insert into public.webhook_deliveries (endpoint_id, type, url, body, due_at)
    select 'source:r-' || n % ${receivers}::integer, 'webhook.received', 'https://r-' || n % ${receivers}::integer || '.test/', '{}',
      private.clock() - make_interval(secs => ${age})
    from generate_series(1, ${receivers * each}::integer) as n`;
  await sql`vacuum analyze public.webhook_deliveries`;
}

Deno.test(
  `a claim looks at a page of ${RECEIVERS} receivers that are due, and holds no others`,
  onDatabase(async ({ sql, openSession }) => {
    await queueToMany(sql, { each: 5 });
    const { db, sql: own } = await openSession();
    await claimDeliveries(db, 100);
    await sql`insert into private.delivery_lanes (lane)
      select distinct lane from public.webhook_deliveries on conflict do nothing`;
    await sql`vacuum analyze private.delivery_lanes`;

    const before = await rowsRead(sql, own);
    await own`begin`;
    const { deliveries } = await claimDeliveries(db, 100);
    const free = await sql`select from private.delivery_lanes for no key update skip locked`;
    await own`commit`;
    const read = await rowsRead(sql, own) - before;

    assert.equal(deliveries.length, 100);
    assert(free.length >= RECEIVERS - 200, `${free.length} receivers are free`);
    assert(read < 8000, `a claim reads ${read} rows`);
  }),
);

for (const limit of [4, 100]) {
  Deno.test(
    `of many receivers with a backlog each has its turn, ${limit} at a time, before one has two`,
    onDatabase(async (given) => {
      const { sql } = given;
      const receivers = limit * 7 + 1;
      await queueToMany(sql, { receivers, each: 30 });
      await sql`
        update public.webhook_deliveries set due_at = due_at - make_interval(secs => abs(hashtext(url)) % 1000)`;

      const lanes: string[] = [];
      for (let claims = 0; claims < 8; claims++) {
        lanes.push(...(await claimAll(given, limit)).map(({ url }) => url));
      }

      assert.equal(new Set(lanes).size, receivers);
      assert.equal(new Set(lanes.slice(0, receivers)).size, receivers);
    }),
  );
}

Deno.test(
  "a receiver that has just got its first delivery waits a round of those that were away, not for their backlog",
  onDatabase(async (given) => {
    const { sql } = given;
    await queueToMany(sql, { receivers: 150, each: 50, age: 3600 });
    const [fresh] = await queueTo(sql, "source:m", 1, { url: "https://m.test/" });

    const claimed: string[] = [];
    for (let claims = 0; claims < 3; claims++) {
      claimed.push(...(await claimAll(given)).map(({ delivery_id }) => delivery_id));
    }

    assert.ok(claimed.includes(fresh ?? ""));
  }),
);

Deno.test(
  "however many receivers are held or without a slot, a claim that finds none of them says to go on with the others",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await queueToMany(sql, { receivers: 1500 });
    await sql`
      insert into private.delivery_lanes (lane, failures_in_a_row, first_failed_at, held_until)
      select distinct lane, 5, private.clock(), private.clock() + interval '20 seconds'
      from public.webhook_deliveries`;
    const [last] = await queueTo(sql, "source:z", 1, { url: "https://z.test/" });

    const found: string[] = [];
    let wait = 0;
    for (let claims = 0; claims < 12 && !(wait > 0); claims++) {
      const { deliveries, next_in } = await claimDeliveries(db, 100);
      found.push(...deliveries.map(({ delivery_id }) => delivery_id));
      wait = next_in ?? 0;
    }

    assert.deepEqual(found, [last]);
    assert.ok(wait > 10, `all others are held, for ${wait} s`);
  }),
);

Deno.test(
  "two claims among many receivers wait for neither each other's nor their place in the round",
  onDatabase(async ({ sql, openSession }) => {
    await queueToMany(sql, { receivers: 1000 });
    const [one, other] = [await openSession(), await openSession()];
    await other.sql`set lock_timeout = '1s'`;
    await claimDeliveries(one.db, 10);

    await one.sql`begin`;
    const { deliveries: first } = await claimDeliveries(one.db, 100);
    const { deliveries: second, next_in } = await claimDeliveries(other.db, 100);
    await one.sql`commit`;
    const { deliveries: third } = await claimDeliveries(other.db, 100);

    assert.equal(first.length, 100);
    assert.ok(second.length > 0 || (next_in ?? 1) <= 0, "it has others, or is told to look again");
    const ids = [...first, ...second, ...third].map(({ delivery_id }) => delivery_id);
    assert.equal(new Set(ids).size, ids.length);
  }),
);

Deno.test(
  "among many receivers, too, order, rate and a half-open breaker hold, whoever claims",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    await queueToMany(sql, { receivers: 200, each: 3 });
    const { id: ordered } = await anEndpoint(given, { is_ordered: true });
    const { id: rated } = await anEndpoint(given, { max_per_second: 0.01 });
    const { id: failing } = await anEndpoint(given);
    await sql`
      insert into private.delivery_lanes (lane, failures_in_a_row, first_failed_at, held_until)
      values (${failing}, 5, private.clock(), private.clock())`;
    const ids = [ordered, rated, failing];
    const firsts = [];
    for (const id of ids) firsts.push((await queueTo(sql, id, 20))[0]);
    const sessions = await Promise.all([1, 2, 3].map(() => openSession()));

    const claims = await Promise.all(
      sessions.flatMap(({ db }) => Array.from({ length: 6 }, () => claimDeliveries(db, 40))),
    );

    const claimed = claims.flatMap(({ deliveries }) => deliveries);
    const to = (id: string) => claimed.filter(({ endpoint_id }) => endpoint_id === id);
    assert.deepEqual(ids.map((id) => to(id).map(({ delivery_id }) => delivery_id)), [
      [firsts[0]],
      [firsts[1]],
      [firsts[2]],
    ]);
    assert.equal(new Set(claimed.map(({ claim_token }) => claim_token)).size, claimed.length);
  }),
);

Deno.test(
  "of endpoints that take batches a claim looks at those that something is due to",
  onDatabase(async ({ sql, openSession }) => {
    await sql`
      insert into private.endpoints (user_id, url, batch_size, batch_ms)
      select 'user-1', 'https://desk.test/' || n, 20, 1000 from generate_series(1, ${RECEIVERS}::integer) as n`;
    await queueTo(sql, "source:a", 3);
    await sql`vacuum analyze private.endpoints`;
    const { sql: own } = await openSession();
    await own`reset role`;

    const read = await readFor(sql, own, "endpoints", "select public.claim_deliveries(100)");

    assert(read < 50, `a claim reads ${read} of them`);
  }),
);

Deno.test(
  "a claim that finds nothing to send asks how long to wait of those that something is due to",
  onDatabase(async ({ sql, openSession }) => {
    await sql`
      insert into private.delivery_lanes (lane, failures_in_a_row, first_failed_at, held_until)
      select 'source:r-' || n, 5, private.clock(), private.clock() + interval '1 second'
      from generate_series(1, ${RECEIVERS}::integer) as n`;
    await sql`update private.delivery_lanes set held_until = private.clock() + interval '20 seconds'
      where lane = 'source:r-7'`;
    await queueTo(sql, "source:r-7", 1, { url: "https://r-7.test/" });
    await sql`vacuum analyze private.delivery_lanes`;
    const { db, sql: own } = await openSession();
    await own`reset role`;

    const { deliveries, next_in } = await claimDeliveries(db, 100);
    const read = await readFor(
      sql,
      own,
      "delivery_lanes",
      "select public.claim_deliveries(100)",
    );

    assert.deepEqual(deliveries, []);
    assert.ok((next_in ?? 0) > 10, `${next_in} s`);
    assert(read < 50, `it reads ${read} of them`);
  }),
);
