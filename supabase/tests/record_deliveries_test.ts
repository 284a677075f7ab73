import assert from "node:assert/strict";
import { recordDeliveries } from "../functions/_shared/transitions/deliveries.ts";
import { BUSY, claimAll, OK, queueTo } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, errorsOf } from "./look.ts";
import { moveClock } from "./verbs.ts";

Deno.test(
  "record_deliveries does for each of a page what record_delivery does for one",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await queueTo(sql, "source:a", 4);
    const works = await claimAll(given);
    const [ok, busy, gone, stale] = works;
    assert(ok && busy && gone && stale);

    const answer = await recordDeliveries(db, [
      { work: ok, result: { ...OK, response_excerpt: "thanks", timing: { headers_ms: 3 } } },
      { work: busy, result: BUSY },
      { work: gone, result: { ...OK, status_code: 410 } },
      { work: { ...stale, claim_token: crypto.randomUUID() }, result: OK },
    ]);

    assert.deepEqual(answer, { applied: 3, stale: 1 });
    const rows = await sql`
      select delivery_id, status, attempt_count from public.webhook_deliveries order by position`;
    assert.deepEqual(rows.map(({ status }) => status), [
      "delivered",
      "pending",
      "dead",
      "delivering",
    ]);
    const tries = await sql`
      select tries.status_code, response_excerpt, timing from public.webhook_delivery_attempts as tries
      join public.webhook_deliveries using (delivery_id) order by position`;
    assert.deepEqual([...tries], [
      { status_code: 200, response_excerpt: "thanks", timing: { headers_ms: 3 } },
      { status_code: 503, response_excerpt: null, timing: null },
      { status_code: 410, response_excerpt: null, timing: null },
    ]);
    assert.equal((await errorsOf(sql, "delivery")).length, 2);
    const events = await sql`select type from public.pipeline_events where type like 'delivery.%'`;
    assert.deepEqual(events.map(({ type }) => type).toSorted(), [
      "delivery.dead",
      "delivery.delivered",
      "delivery.pending",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a page recorded twice, because its answer was lost, changes nothing the second time",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await queueTo(sql, "source:a", 2);
    const records = (await claimAll(given)).map((work) => ({ work, result: OK }));

    assert.deepEqual(await recordDeliveries(db, records), { applied: 2, stale: 0 });
    assert.deepEqual(await recordDeliveries(db, records), { applied: 0, stale: 2 });

    assert.equal((await sql`select from public.webhook_delivery_attempts`).length, 2);
  }),
);

Deno.test(
  "success after failures closes what they began: the receiver counts as well again",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await queueTo(sql, "source:a", 2);
    const [one, two] = await claimAll(given);
    assert(one && two);
    await recordDeliveries(db, [{ work: one, result: BUSY }]);
    await recordDeliveries(db, [{ work: two, result: OK }]);

    const [lane] = await sql`select failures_in_a_row, first_failed_at from private.delivery_lanes`;
    assert.deepEqual({ ...lane }, { failures_in_a_row: 0, first_failed_at: null });
  }),
);

Deno.test(
  "what a receiver's failures held up for a week is given up, and its errors say so",
  onDatabase(async (given) => {
    const { sql } = given;
    await queueTo(sql, "source:a", 1);
    await moveClock(sql, 7 * 86_400 - 60);
    await sql`select private.sweep()`;
    assert.equal((await errorsOf(sql, "delivery")).length, 0);

    await moveClock(sql, 120);
    await sql`select private.sweep()`;

    assert.deepEqual(await errorsOf(sql, "delivery"), [
      "Cannot deliver webhook.received: Given up after 168 hours without a try",
    ]);
    assert.deepEqual(await claimAll(given), []);
  }),
);

Deno.test(
  "a body over 1 MiB is dead at once and on record, and stops nothing else",
  onDatabase(async (given) => {
    const { sql } = given;
    await sql`
      insert into public.webhook_deliveries (endpoint_id, type, url, body)
      select 'source:a', 'webhook.received', 'https://desk.test', repeat('x', 1048576 + n) from generate_series(0, 1) as n`;

    const [fits, tooLarge] =
      await sql`select status, error from public.webhook_deliveries order by position`;
    assert.deepEqual([fits?.status, tooLarge?.status], ["pending", "dead"]);
    assert.match(tooLarge?.error, /larger than 1 MiB/);
    assert.equal((await errorsOf(sql, "delivery")).length, 1);
  }),
);
