import assert from "node:assert/strict";
import {
  redriveDelivery,
  replayDeliveries,
  replayDelivery,
} from "../functions/_shared/management/deliveries.ts";
import { setEndpointEnabled } from "../functions/_shared/management/endpoints.ts";
import { recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { refusalOf } from "./drive.ts";
import { anEndpoint, BUSY, claimAll, claimedIds, OK, queueTo, statusesOf } from "./endpoints.ts";
import { type Given, onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { moveClock } from "./verbs.ts";

const PACED = { limit: 10_000, perSecond: 10, isDry: false };

/** An endpoint that was disabled for a while, with so many skipped deliveries. */
async function anEndpointThatWasOff(given: Given, skipped: number): Promise<string> {
  const { id } = await anEndpoint(given, { max_in_flight: 50 });
  await queueTo(given.sql, id, skipped);
  await setEndpointEnabled(given.db, id, { isEnabled: false, reason: null });
  await setEndpointEnabled(given.db, id, { isEnabled: true, reason: null });
  return id;
}

Deno.test(
  "a disabled endpoint's skipped deliveries are on record, and can be sent later under their own ids",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const id = await anEndpointThatWasOff(given, 3);
    const before = await sql`select webhook_id from public.webhook_deliveries order by position`;

    await replayDeliveries(db, { endpoint_id: id }, { ...PACED, perSecond: 1000 });
    await moveClock(sql, 1);

    const works = await claimAll(given);
    assert.deepEqual(
      works.map(({ webhook_id }) => webhook_id),
      before.map(({ webhook_id }) => webhook_id),
    );
  }),
);

Deno.test(
  "a replay of 10 000 is paced, and doing it twice sends nothing twice",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const id = await anEndpointThatWasOff(given, 10_000);

    const dry = await replayDeliveries(db, { endpoint_id: id }, { ...PACED, isDry: true });
    assert.deepEqual([dry.matched, dry.replayed], [10_000, 0]);
    assert.deepEqual(await claimAll(given), []);

    const once = await replayDeliveries(db, { endpoint_id: id }, { ...PACED, perSecond: 20 });
    const again = await replayDeliveries(db, { endpoint_id: id }, { ...PACED, perSecond: 20 });
    assert.deepEqual([once.replayed, once.remaining, again.matched], [10_000, 0, 0]);

    const [row] = await sql`
      select count(*)::int as n, extract(epoch from max(due_at) - min(due_at))::float8 as spread,
        count(*) filter (where due_at <= queued_at + interval '10 seconds')::int as soon
      from public.webhook_deliveries where status = 'pending'`;
    assert.equal(row?.n, 10_000);
    assert.ok(Math.abs(row?.spread - 499.95) < 0.1, `${row?.spread}`);
    assert.ok(row?.soon <= 201, `${row?.soon} of them soon`);
  }),
);

Deno.test(
  "a replay takes what fits its filter, the oldest first and nothing unwanted, and says how many remain",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given);
    const ids = await queueTo(sql, id, 5);
    await sql`update public.webhook_deliveries set status = 'filtered', type = 'scene.started' where delivery_id = ${
      ids[0] ?? ""
    }`;
    await sql`
      update public.webhook_deliveries set status = 'delivered', delivered_at = now() where delivery_id = ${
      ids[1] ?? ""
    }`;
    await sql`update public.webhook_deliveries set status = 'dead' where status = 'pending'`;

    const filter = { endpoint_id: id, type: "webhook.received" };
    const dead = await replayDeliveries(db, filter, { ...PACED, limit: 2 });
    assert.deepEqual([dead.matched, dead.replayed, dead.remaining], [3, 2, 1]);
    await moveClock(sql, 1);
    assert.deepEqual(await claimedIds(given), [ids[2], ids[3]]);

    const delivered = await replayDeliveries(db, { ...filter, statuses: ["delivered"] }, PACED);
    assert.equal(delivered.replayed, 1);
    assert.equal((await replayDeliveries(db, { type: "scene.started" }, PACED)).matched, 0);
    const unwanted = await replayDeliveries(db, { statuses: ["filtered"] }, PACED);
    assert.equal(unwanted.replayed, 1);
  }),
);

Deno.test(
  "a replayed delivery has the whole schedule before it again",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const [id = ""] = await queueTo(sql, "source:a");
    await sql`update public.webhook_deliveries set status = 'dead', attempt_count = 10`;

    assert.deepEqual(await replayDelivery(db, id), {
      delivery_id: id,
      was: "dead",
      status: "pending",
    });
    const work = only(await claimAll(given));
    assert.equal(work.number, 11);
    await recordDelivery(db, work, BUSY);

    assert.deepEqual(await statusesOf(sql, "source:a"), ["webhook.received pending"]);
  }),
);

Deno.test(
  "a manual retry beside a pending automatic one is one send",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const [id = ""] = await queueTo(sql, "source:a");
    await recordDelivery(db, only(await claimAll(given)), BUSY);

    await redriveDelivery(db, id);
    const work = only(await claimAll(given));
    assert.match(await refusalOf(redriveDelivery(db, id)), /^RL409/);
    await recordDelivery(db, work, OK);

    await moveClock(sql, 600);
    assert.deepEqual(await claimAll(given), []);
    assert.equal((await sql`select from public.webhook_delivery_attempts`).length, 2);
  }),
);

Deno.test(
  "what goes to a disabled or deleted endpoint is not replayed, one by one or by range",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given);
    const [delivery = ""] = await queueTo(sql, id);
    await setEndpointEnabled(db, id, { isEnabled: false, reason: null });

    assert.match(await refusalOf(replayDelivery(db, delivery)), /^RL409 .* disabled or gone/);
    assert.equal((await replayDeliveries(db, { endpoint_id: id }, PACED)).matched, 0);
    assert.match(await refusalOf(replayDelivery(db, "dlv_none")), /^RL404/);
  }),
);
