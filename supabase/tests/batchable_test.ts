import assert from "node:assert/strict";
import { replayDeliveries } from "../functions/_shared/management/deliveries.ts";
import { putEndpoint } from "../functions/_shared/management/endpoints.ts";
import { recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { aFilm } from "./drive.ts";
import { anEndpoint, BUSY, claimAll, OK, queueTo } from "./endpoints.ts";
import { type Given, onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { moveClock } from "./verbs.ts";

Deno.test(
  "what is replayed at a pace keeps it on its way into batches, also while new events fill them",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const events = ["scene.started", "scene.completed"];
    const { id } = await anEndpoint(given, { batch_size: 2, batch_ms: 5_000, events });
    await queueTo(sql, id, 40);
    await sql`update public.webhook_deliveries set status = 'skipped'`;
    const range = { limit: 100, perSecond: 0.1, isDry: false };
    assert.equal((await replayDeliveries(db, { endpoint_id: id }, range)).replayed, 40);

    const sizesNow = async () =>
      (await claimAll(given)).map(({ body }) => JSON.parse(body).data.length);
    assert.deepEqual(await sizesNow(), [1], "the first of them");
    await aFilm(given, { callback_url: null });
    assert.deepEqual(await sizesNow(), [2], "the film's own");
    await moveClock(sql, 21);
    assert.deepEqual(await sizesNow(), [2], "those of twenty seconds later");
  }),
);

Deno.test(
  "ordered: new events wait for older ones that are replayed at a pace into their batches",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const limits = { batch_size: 2, batch_ms: 5_000, is_ordered: true };
    const { id } = await anEndpoint(given, limits);
    const old = await queueTo(sql, id, 6);
    await sql`update public.webhook_deliveries set status = 'skipped'`;
    const range = { limit: 100, perSecond: 0.05, isDry: false };
    assert.equal((await replayDeliveries(db, { endpoint_id: id }, range)).replayed, 6);
    const fresh = await queueTo(sql, id, 4);

    const sent = await eventsSent(given);

    assert.deepEqual(sent, [...old, ...fresh]);
  }),
);

Deno.test(
  "ordered: what waits behind a batch does not overtake it once the endpoint takes single events",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const limits = { batch_size: 2, batch_ms: 60_000, max_in_flight: 1, is_ordered: true };
    const { id } = await anEndpoint(given, limits);
    const ids = await queueTo(sql, id, 5);
    await recordDelivery(db, only(await claimAll(given)), BUSY);
    await putEndpoint(db, id, { batch_size: 1 });

    assert.deepEqual(await eventsSent(given), ids);
  }),
);

/** The events that arrive while time goes by, in order. */
async function eventsSent(given: Given): Promise<string[]> {
  const sent: string[] = [];
  for (let turns = 0; turns < 60; turns++) {
    for (const work of await claimAll(given)) {
      const rows = await given.sql`
        select delivery_id from public.webhook_deliveries
        where batch_id = ${work.delivery_id} or delivery_id = ${work.delivery_id} and type <> 'batch'
        order by position`;
      sent.push(...rows.map(({ delivery_id }) => delivery_id));
      await recordDelivery(given.db, work, OK);
    }
    await moveClock(given.sql, 3);
  }
  return sent;
}
