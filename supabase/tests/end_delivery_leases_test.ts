import assert from "node:assert/strict";
import { recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { anEndpoint, BUSY, claimAll, OK, queueTo, recordAll } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { errorsOf, only } from "./look.ts";
import { moveClock, outliveLeases } from "./verbs.ts";

Deno.test(
  "a runner that was lost loses no delivery: the next try has the same id, and the lost one is on record",
  onDatabase(async (given) => {
    const { sql } = given;
    await queueTo(sql, "source:a");
    const lost = only(await claimAll(given));
    assert.deepEqual(await claimAll(given), []);
    await outliveLeases(sql);

    const again = only(await claimAll(given));
    assert.deepEqual([again.webhook_id, again.body], [lost.webhook_id, lost.body]);
    assert.equal(await recordDelivery(given.db, lost, OK), "stale", "a late finaliser");
    assert.equal(await recordDelivery(given.db, again, OK), "applied");

    const tries = await sql`
      select number, status_code, error from public.webhook_delivery_attempts order by number`;
    assert.deepEqual([...tries], [
      {
        number: 1,
        status_code: null,
        error: "The runner was lost: nobody knows whether it was sent",
      },
      { number: 2, status_code: 200, error: null },
    ]);
  }),
);

Deno.test(
  "a lost runner's delivery is found again, however much was due before it",
  onDatabase(async (given) => {
    const { sql } = given;
    await queueTo(sql, "source:a");
    const lost = only(await claimAll(given));
    await outliveLeases(sql);
    await queueTo(sql, "source:b", 400, { url: "https://busy.test/", age: 7200 });

    await claimAll(given, 1);

    const [row] = await sql`
      select error from public.webhook_delivery_attempts where delivery_id = ${lost.delivery_id}`;
    assert.match(row?.error, /^The runner was lost/);
  }),
);

Deno.test(
  "five runners that are lost take nothing of the schedule: the first failure after them is the first",
  onDatabase(async (given) => {
    const { sql } = given;
    await queueTo(sql, "source:a");
    for (let n = 0; n < 5; n++) {
      assert.equal((await claimAll(given)).length, 1);
      await outliveLeases(sql);
    }

    await recordAll(given, await claimAll(given), BUSY);

    const [row] = await sql`
      select status, attempt_count, extract(epoch from due_at - private.clock())::float8 as wait
      from public.webhook_deliveries`;
    assert.deepEqual([row?.status, row?.attempt_count], ["pending", 6]);
    assert.ok(row?.wait < 5, `the first step of the schedule, not ${row?.wait} s`);
  }),
);

Deno.test(
  "a delivery that ends each of its runners is given up, and its endpoint is told of as failing",
  onDatabase(async (given) => {
    const { sql } = given;
    const { id } = await anEndpoint(given);
    await queueTo(sql, id);
    for (let n = 0; n < 15; n++) {
      // Some other delivery gets through meanwhile: else the breaker would wait as well.
      await sql`update private.delivery_lanes set failures_in_a_row = 0, first_failed_at = null`;
      assert.equal((await claimAll(given)).length, 1, `try ${n + 1}`);
      await outliveLeases(sql);
      await claimAll(given, 0);
      await moveClock(sql, 86_400 / 2);
      await sql`
        update public.webhook_deliveries set due_at = private.clock() where status = 'pending'`;
    }

    const [row] = await sql`
      select deliveries.status, deliveries.attempt_count, deliveries.error, endpoints.failing_since
      from public.webhook_deliveries as deliveries join private.endpoints using (endpoint_id)`;
    assert.deepEqual([row?.status, row?.attempt_count, row?.error], [
      "dead",
      15,
      "The runner was lost: nobody knows whether it was sent",
    ]);
    assert.notEqual(row?.failing_since, null);
    assert.match((await errorsOf(sql, "delivery")).at(-1) ?? "", /The runner was lost/);
    assert.deepEqual(await claimAll(given), []);
  }),
);

Deno.test(
  "what only shared its runners with such a one is not tried later for it, and its lane does not fail",
  onDatabase(async (given) => {
    const { sql } = given;
    await queueTo(sql, "source:a", 1, { url: "https://ends-runners.test/" });
    for (let n = 0; n < 6; n++) {
      if (n === 3) await queueTo(sql, "source:b", 1, { url: "https://shares.test/" });
      assert.equal((await claimAll(given)).length, n < 3 ? 1 : 2);
      await outliveLeases(sql);
    }

    const again = only(await claimAll(given));

    assert.equal(again.url, "https://shares.test/");
    const lanes = await sql`
      select lane, failures_in_a_row from private.delivery_lanes order by lane`;
    assert.deepEqual([...lanes], [
      { lane: "source:a", failures_in_a_row: 1 },
      { lane: "source:b", failures_in_a_row: 0 },
    ]);
  }),
);

Deno.test(
  "a claim waits for nobody who has the receiver of a delivery that has lost its runners",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    const { id } = await anEndpoint(given);
    await queueTo(sql, id);
    for (let n = 0; n < 6; n++) {
      assert.equal((await claimAll(given)).length, 1);
      await outliveLeases(sql);
    }
    await queueTo(sql, "source:a");
    const [claimer, operator] = [await openSession(), await openSession()];
    await claimer.sql`set lock_timeout = '1s'`;
    await operator.sql`reset role`;

    await operator.sql`begin`;
    await operator.sql`select from private.endpoints for no key update`;
    const [other] = await claimAll({ ...given, db: claimer.db });
    await operator.sql`commit`;
    await claimAll(given);

    assert.equal(other?.endpoint_id, "source:a");
    const [row] = await sql`
      select status from public.webhook_deliveries where endpoint_id = ${id}`;
    assert.equal(row?.status, "pending", "the next claim has it fail");
  }),
);
