import assert from "node:assert/strict";
import { readHealth, readMetrics } from "../functions/_shared/management/figures.ts";
import { anEndpoint, BUSY, claimAll, queueTo, recordAll } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { moveClock, outliveLeases } from "./verbs.ts";

Deno.test(
  "a receiver that fails is its own fault: the backlog is told, and health stays good",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await anEndpoint(given);
    await queueTo(sql, "source:a", 20);
    for (let n = 0; n < 5; n++) await recordAll(given, await claimAll(given, 1), BUSY);
    await moveClock(sql, 2 * 3600);

    assert.equal((await readHealth(db)).checks.overdue?.ok, true);
    const stuck =
      await sql`select what, id, why from private.stuck_work where what not like 'bell%'`;
    assert.deepEqual(stuck.map(({ what, id }) => [what, id]), [
      ["receiver failing", "source:a"],
    ]);
    assert.match(stuck[0]?.why, /^5 failures in a row/);
    const { deliveries } = await readMetrics(db, 86_400);
    assert.deepEqual(Object(deliveries).receivers_held, 1);
    assert.deepEqual(Object(deliveries).endpoints, { enabled: 1, disabled: 0, failing: 0 });
    assert.equal(Object(deliveries).past_due.count, 20);

    await sql`update public.webhook_deliveries set status = 'dead'`;
    const left = await sql`select what from private.stuck_work where what not like 'bell%'`;
    assert.equal(left.length, 0, "nothing waits for it any more");
    const after = await readMetrics(db, 86_400);
    assert.deepEqual(Object(after.deliveries).receivers_held, 0);
  }),
);

Deno.test(
  "what nobody sends though its receiver is well is overdue",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await queueTo(sql, "source:a");
    await moveClock(sql, 700);

    assert.equal((await readHealth(db)).checks.overdue?.ok, false);
    const stuck = await sql`select what from private.stuck_work where what not like 'bell%'`;
    assert.deepEqual(stuck.map(({ what }) => what), ["delivery pending"]);
  }),
);

Deno.test(
  "what waits for a slot of a slow receiver is not overdue while its slots are in use",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given, { max_in_flight: 1 });
    await queueTo(sql, id, 20, { age: 700 });
    assert.equal((await claimAll(given)).length, 1);
    const isWell = async () => (await readHealth(db)).checks.overdue?.ok;

    assert.equal(await isWell(), true);
    await outliveLeases(sql);
    assert.equal(await isWell(), false, "its runner was lost, and no other one is there");
  }),
);
