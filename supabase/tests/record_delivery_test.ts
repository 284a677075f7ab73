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

const SCHEDULE = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

Deno.test(
  "record_delivery tries ten times, each wait between two steps of the schedule, then gives up",
  onDatabase(async (given) => {
    let work = await aDelivery(given);
    for (const [n, longest] of SCHEDULE.entries()) {
      // Some other delivery gets through meanwhile: else the breaker would wait as well.
      await given
        .sql`update private.delivery_lanes set failures_in_a_row = 0, first_failed_at = null`;
      assert.equal(await recordDelivery(given.db, work, NO), "applied");
      const { due_in } = await deliveryOf(given.sql);
      const shortest = SCHEDULE[n - 1] ?? 0;
      assert.ok(due_in > shortest - 1 && due_in <= longest, `${due_in} s after ${n + 1} tries`);
      if (due_in > 60) {
        await moveClock(given.sql, due_in - 30);
        assert.deepEqual(await claimDeliveries(given.db), []);
      }
      await moveClock(given.sql, 2 + longest - shortest);
      const again = only(await claimDeliveries(given.db));
      assert.deepEqual([again.webhook_id, again.body], [work.webhook_id, work.body]);
      work = again;
    }
    await recordDelivery(given.db, work, { ...NO, status_code: null, error: "Timed out" });

    assert.deepEqual((await deliveryOf(given.sql)).status, "dead");
    const tries = await given.sql`
      select number, status_code, error, response_excerpt
      from public.webhook_delivery_attempts order by number`;
    const failed = { status_code: 503, error: null, response_excerpt: "Busy" };
    assert.deepEqual([...tries], [
      ...SCHEDULE.map((_, n) => ({ number: n + 1, ...failed })),
      { number: 10, status_code: null, error: "Timed out", response_excerpt: "Busy" },
    ]);
    const errors = await errorsOf(given.sql, "delivery");
    assert.equal(errors.length, 10);
    assert.equal(errors.at(-1), "Cannot deliver video.generation.completed: Timed out");
  }),
);

Deno.test(
  "waits are spread evenly over the whole step: what failed together does not come back together",
  onDatabase(async ({ sql }) => {
    const rows = await sql`
      select extract(epoch from private.delivery_wait(3, null))::float8 as wait from generate_series(1, 2000)`;

    const tenths = new Array<number>(10).fill(0);
    for (const { wait } of rows) {
      assert.ok(wait >= 300 && wait < 1800, `${wait}`);
      const tenth = Math.floor((wait - 300) / 150);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // 200 each, give or take seven standard deviations.
    assert.ok(tenths.every((n) => n > 106 && n < 294), `${tenths}`);
  }),
);

Deno.test(
  "record_delivery waits as long as a Retry-After asks, a little jittered, where that is later",
  onDatabase(async (given) => {
    const work = await aDelivery(given);
    await recordDelivery(given.db, work, { ...NO, status_code: 429, retry_after: 120 });
    const asked = (await deliveryOf(given.sql)).due_in;
    assert.ok(asked > 119 && asked <= 132, `${asked}`);

    await moveClock(given.sql, 133);
    await recordDelivery(given.db, only(await claimDeliveries(given.db)), {
      ...NO,
      retry_after: 1,
    });
    const scheduled = (await deliveryOf(given.sql)).due_in;
    assert.ok(scheduled > 4 && scheduled <= 300, `${scheduled}`);
  }),
);

Deno.test(
  "an absurd Retry-After parks no delivery: it is cut at an hour, and below nothing it is nothing",
  onDatabase(async ({ sql }) => {
    const wait = async (seconds: number) => {
      const [row] = await sql`
        select extract(epoch from private.delivery_wait(1, ${seconds}::numeric))::float8 as wait`;
      return row?.wait;
    };
    for (const absurd of [86_400, 1e15]) {
      const waited = await wait(absurd);
      assert.ok(waited >= 3600 && waited <= 3960, `${absurd} waits ${waited}`);
    }
    const waited = await wait(-1e9);
    assert.ok(waited >= 0 && waited <= 5);
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
