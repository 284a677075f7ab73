import assert from "node:assert/strict";
import {
  type DeliveryResult,
  type DeliveryWork,
  recordDelivery,
} from "../functions/_shared/transitions/deliveries.ts";
import type { Sql } from "postgres";
import { type Given, onDatabase } from "./given.ts";
import { errorsOf, only } from "./look.ts";
import { claimDeliveries, complete, moveClock, outliveLeases } from "./verbs.ts";

const NO: DeliveryResult = {
  status_code: 503,
  error: null,
  duration_ms: 12,
  response_excerpt: "Busy",
  retry_after: null,
};

Deno.test(
  "record_delivery ends a delivery that the client answered with 2xx",
  onDatabase(async (given) => {
    const work = await aDelivery(given);

    assert.equal(await recordDelivery(given.db, work, { ...NO, status_code: 204 }), "applied");

    const row = await deliveryOf(given.sql);
    assert.deepEqual([row.status, row.status_code, row.error], ["delivered", 204, null]);
    assert.notEqual(row.delivered_at, null);
    assert.deepEqual(await claimDeliveries(given.db), []);
  }),
);

Deno.test(
  "record_delivery tries four times, 5 s, 5 min and 30 min apart, then gives the delivery up",
  onDatabase(async (given) => {
    let work = await aDelivery(given);
    const waits: number[] = [];
    for (const seconds of [5, 300, 1800]) {
      assert.equal(await recordDelivery(given.db, work, NO), "applied");
      waits.push(Math.round((await deliveryOf(given.sql)).due_in));
      await moveClock(given.sql, seconds - 1);
      assert.deepEqual(await claimDeliveries(given.db), []);
      await moveClock(given.sql, 2);
      const again = only(await claimDeliveries(given.db));
      assert.deepEqual([again.webhook_id, again.body], [work.webhook_id, work.body]);
      work = again;
    }
    await recordDelivery(given.db, work, { ...NO, status_code: null, error: "Timed out" });

    assert.deepEqual(waits, [5, 300, 1800]);
    assert.deepEqual((await deliveryOf(given.sql)).status, "dead");
    const tries = await given.sql`
      select number, status_code, error, response_excerpt
      from public.webhook_delivery_attempts order by number`;
    assert.deepEqual([...tries], [
      ...[1, 2, 3].map((number) => ({
        number,
        status_code: 503,
        error: null,
        response_excerpt: "Busy",
      })),
      { number: 4, status_code: null, error: "Timed out", response_excerpt: "Busy" },
    ]);
    assert.deepEqual(await errorsOf(given.sql, "delivery"), [
      ...Array(3).fill("Cannot deliver video.generation.completed: HTTP 503"),
      "Cannot deliver video.generation.completed: Timed out",
    ]);
  }),
);

Deno.test(
  "record_delivery waits as long as a Retry-After asks, where that is later than the schedule",
  onDatabase(async (given) => {
    const work = await aDelivery(given);
    await recordDelivery(given.db, work, { ...NO, retry_after: 120 });
    assert.equal(Math.round((await deliveryOf(given.sql)).due_in), 120);

    await moveClock(given.sql, 121);
    await recordDelivery(given.db, only(await claimDeliveries(given.db)), {
      ...NO,
      retry_after: 1,
    });
    assert.equal(Math.round((await deliveryOf(given.sql)).due_in), 300);
  }),
);

Deno.test(
  "record_delivery gives a delivery up at once when the client says 410 Gone",
  onDatabase(async (given) => {
    const work = await aDelivery(given);

    await recordDelivery(given.db, work, { ...NO, status_code: 410, retry_after: 60 });

    assert.equal((await deliveryOf(given.sql)).status, "dead");
  }),
);

Deno.test(
  "record_delivery with a stale claim changes nothing: the lease ran out and another runner has it",
  onDatabase(async (given) => {
    const first = await aDelivery(given);
    assert.deepEqual(await claimDeliveries(given.db), []);
    await outliveLeases(given.sql);
    const second = only(await claimDeliveries(given.db));

    assert.equal(await recordDelivery(given.db, first, { ...NO, status_code: 200 }), "stale");
    assert.equal((await deliveryOf(given.sql)).status, "delivering");
    assert.equal(second.webhook_id, first.webhook_id);
    assert.notEqual(second.claim_token, first.claim_token);

    assert.equal(await recordDelivery(given.db, second, { ...NO, status_code: 200 }), "applied");
    assert.equal(await recordDelivery(given.db, second, { ...NO, status_code: 500 }), "stale");
    assert.equal((await deliveryOf(given.sql)).status, "delivered");
  }),
);

async function aDelivery({ db, aFilmToStore }: Given): Promise<DeliveryWork> {
  await complete(db, await aFilmToStore());
  return only(await claimDeliveries(db));
}

type DeliveryRow = {
  status: string;
  status_code: number | null;
  error: string | null;
  delivered_at: Date | null;
  due_in: number;
};

async function deliveryOf(sql: Sql): Promise<DeliveryRow> {
  return only(
    await sql<DeliveryRow[]>`
    select status, status_code, error, delivered_at,
      extract(epoch from due_at - private.clock())::float8 as due_in
    from public.webhook_deliveries`,
  );
}
