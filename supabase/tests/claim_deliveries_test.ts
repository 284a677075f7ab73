import assert from "node:assert/strict";
import { anEndpoint, BUSY, claimAll, claimedIds, OK, queueTo, recordAll } from "./endpoints.ts";
import { claimDeliveries, recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { moveClock, setSetting } from "./verbs.ts";

Deno.test(
  "a long queue for one receiver stands in nobody's way: receivers take turns",
  onDatabase(async (given) => {
    const { sql } = given;
    await queueTo(sql, "source:a", 30, { url: "https://busy.test/1", age: 60 });
    const [other] = await queueTo(sql, "source:b", 1, { url: "https://quiet.test/" });

    const ids = await claimedIds(given, 2);

    assert.ok(ids.includes(other ?? ""), "the youngest of all is among the first two");
  }),
);

Deno.test(
  "no receiver has more on its way than it has slots, whoever claims, and a claim frees none",
  onDatabase(async (given) => {
    const { id } = await anEndpoint(given, { max_in_flight: 3 });
    await queueTo(given.sql, id, 10);
    const { db } = await given.openSession();

    const both = await Promise.all([claimAll(given), claimAll({ ...given, db })]);
    const first = both.flat();
    assert.equal(first.length, 3);
    assert.deepEqual(await claimAll(given), []);

    await recordAll(given, first.slice(0, 2), OK);
    assert.equal((await claimAll(given)).length, 2);
  }),
);

Deno.test(
  "first attempts are not starved by retries, nor retries by first attempts",
  onDatabase(async (given) => {
    const { sql } = given;
    const { id } = await anEndpoint(given, { max_in_flight: 8 });
    const retries = await queueTo(sql, id, 20, { age: 3600 });
    await sql`update public.webhook_deliveries set attempt_count = 1`;
    const firsts = await queueTo(sql, id, 20);

    const ids = await claimedIds(given);

    const fresh = ids.filter((one) => firsts.includes(one)).length;
    assert.equal(ids.length, 8);
    assert.ok(fresh >= 6, `${fresh} first attempts of eight`);
    assert.ok(ids.some((one) => retries.includes(one)), "a retry too");
  }),
);

Deno.test(
  "max_per_second is kept, over claims and runners, and saves nothing up beyond a second",
  onDatabase(async (given) => {
    const { sql } = given;
    const { id: fast } = await anEndpoint(given, { max_per_second: 4 });
    const { id: slow } = await anEndpoint(given, { max_per_second: 0.01 });
    const next = async (to: string) => {
      await sql`update public.webhook_deliveries set due_at = private.clock() + interval '1 year'
        where lane <> ${to} and status = 'pending'`;
      await sql`update public.webhook_deliveries set due_at = created_at
        where lane = ${to} and status = 'pending'`;
      const works = await claimAll(given);
      await recordAll(given, works, OK);
      return works.length;
    };
    for (const to of [fast, slow]) await queueTo(sql, to, 40);

    assert.equal(await next(fast), 4);
    await moveClock(sql, 60);
    assert.equal(await next(fast), 4);

    assert.equal(await next(slow), 1);
    assert.equal(await next(slow), 0);
    const { next_at } = await claimDeliveries(given.db, 100);
    const [row] = await sql`
      select extract(epoch from ${next_at}::timestamptz - private.clock())::float8 as wait`;
    assert.ok(row?.wait > 1 && row?.wait <= 100, `looked at again in ${row?.wait} s`);
    await moveClock(sql, 101);
    assert.equal(await next(slow), 1);
  }),
);

Deno.test(
  "max_per_second holds where a claim that began before another one counts after it",
  onDatabase(async (given) => {
    const { sql } = given;
    const { id } = await anEndpoint(given, { max_per_second: 2 });
    await queueTo(sql, id, 40, { age: 60 });

    assert.equal((await claimAll(given, 1)).length, 1);
    await moveClock(sql, -30);
    assert.equal((await claimAll(given, 1)).length, 1);
    await moveClock(sql, 30);

    assert.ok((await claimAll(given)).length < 2, "no second was counted twice");
  }),
);

Deno.test(
  "max_per_second stops nothing until the clock is where it was before it was set back",
  onDatabase(async (given) => {
    const { sql } = given;
    const { id } = await anEndpoint(given, { max_per_second: 1 });
    await queueTo(sql, id, 2, { age: 7200 });
    assert.equal((await claimAll(given)).length, 1);

    await moveClock(sql, -3600);
    assert.equal((await claimAll(given)).length, 1);
    await queueTo(sql, id, 2, { age: 7200 });
    assert.equal((await claimAll(given)).length, 0, "and no more than that");
  }),
);

Deno.test(
  "who waits for a slot alone is told no time, though it may send faster than it does",
  onDatabase(async (given) => {
    const { id } = await anEndpoint(given, { max_per_second: 50, max_in_flight: 1 });
    await queueTo(given.sql, id, 2);
    assert.equal((await claimAll(given)).length, 1);

    const { deliveries, next_at, next_in } = await claimDeliveries(given.db, 100);

    assert.deepEqual(deliveries, []);
    const [row] = await given.sql`
      select extract(epoch from ${next_at}::timestamptz - private.clock())::float8 as wait`;
    assert.ok(row?.wait > 10, `not before its lease ends, and not in ${row?.wait} s`);
    assert.ok((next_in ?? 0) > row?.wait, "and it says how long that is");
  }),
);

Deno.test(
  "after five failures in a row the breaker opens, and one probe at a time feels the way",
  onDatabase(async (given) => {
    const { sql } = given;
    await queueTo(sql, "source:a", 30);
    for (let n = 0; n < 5; n++) {
      const [work] = await claimAll(given, 1);
      assert(work);
      await recordDelivery(given.db, work, n % 2 === 0 ? BUSY : { ...BUSY, status_code: null });
    }
    assert.deepEqual(await claimAll(given), [], "held");

    await moveClock(sql, 31);
    const { db } = await given.openSession();
    const probes = (await Promise.all([claimAll(given), claimAll({ ...given, db })])).flat();
    assert.equal(probes.length, 1, "half-open lets one through, under concurrency too");
    await recordAll(given, probes, BUSY);
    await moveClock(sql, 31);
    assert.deepEqual(await claimAll(given), [], "held twice as long after a failed probe");

    await moveClock(sql, 31);
    await recordAll(given, await claimAll(given), OK);
    assert.ok((await claimAll(given)).length > 10, "closed");
  }),
);

Deno.test(
  "what was on its way when the breaker opened opens it no further",
  onDatabase(async (given) => {
    const { sql } = given;
    await queueTo(sql, "source:a", 30);
    await recordAll(given, await claimAll(given), BUSY);
    assert.deepEqual(await claimAll(given), [], "held");

    await moveClock(sql, 31);
    await recordAll(given, await claimAll(given), OK);

    assert.ok((await claimAll(given)).length > 10, "closed");
  }),
);

Deno.test(
  "an answer that refuses one delivery shows that somebody is there: it opens no breaker",
  onDatabase(async (given) => {
    await queueTo(given.sql, "source:a", 30);
    for (let n = 0; n < 8; n++) {
      await recordAll(given, await claimAll(given, 1), { ...OK, status_code: 422 });
    }

    assert.ok((await claimAll(given)).length > 10);
  }),
);

Deno.test(
  "ordering: an ordered endpoint's deliveries do not overtake each other, through retries either",
  onDatabase(async (given) => {
    const { sql } = given;
    const { id } = await anEndpoint(given, { is_ordered: true });
    const [first, second] = await queueTo(sql, id, 2);

    const one = only(await claimAll(given));
    assert.equal(one.delivery_id, first);
    assert.deepEqual(await claimAll(given), []);
    await recordDelivery(given.db, one, BUSY);
    await sql`
      update public.webhook_deliveries set due_at = private.clock() + interval '1 hour'
      where delivery_id = ${one.delivery_id}`;
    assert.deepEqual(await claimAll(given), [], "the second waits for the first one's retry");

    await moveClock(sql, 3601);
    const again = only(await claimAll(given));
    assert.equal(again.delivery_id, first);
    await recordDelivery(given.db, again, OK);
    assert.equal(only(await claimAll(given)).delivery_id, second);
  }),
);

Deno.test(
  "one claim brings no more than a runner has memory for",
  onDatabase(async (given) => {
    await queueTo(given.sql, "source:a", 12);
    await given.sql`update public.webhook_deliveries set body = repeat('x', 1048576)`;

    assert.equal((await claimAll(given)).length, 8);
  }),
);

Deno.test(
  "settings: how many may be on their way to a host",
  onDatabase(async (given) => {
    await setSetting(given.sql, "deliveries_in_flight", 2);
    await queueTo(given.sql, "source:a", 5);

    assert.equal((await claimAll(given)).length, 2);
  }),
);
