import assert from "node:assert/strict";
import { redriveDelivery } from "../functions/_shared/management/deliveries.ts";
import { recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { aFilm, refusalOf } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { eventsOf, only } from "./look.ts";
import { claimDeliveries } from "./verbs.ts";

const GONE = {
  status_code: 410,
  error: null,
  duration_ms: 1,
  response_excerpt: null,
  retry_after: null,
};

/** A film whose client has answered 410. */
async function aDeadDelivery(given: Given) {
  const projectId = await aFilm(given);
  const delivery = only(await claimDeliveries(given.db));
  await recordDelivery(given.db, delivery, GONE);
  return { projectId, delivery };
}

Deno.test(
  "redrive_delivery sends a dead delivery once more, the same body under the same id",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { projectId, delivery } = await aDeadDelivery(given);
    assert.deepEqual(await claimDeliveries(db), []);

    const answer = await redriveDelivery(db, delivery.delivery_id);

    assert.deepEqual(answer, {
      delivery_id: delivery.delivery_id,
      was: "dead",
      status: "pending",
    });
    const again = only(await claimDeliveries(db));
    assert.deepEqual([again.webhook_id, again.body], [delivery.webhook_id, delivery.body]);
    assert.equal(again.number, 2);
    await recordDelivery(db, again, { ...GONE, status_code: 200 });
    assert((await eventsOf(sql, projectId)).includes("delivery.redriven"));
    assert.equal(only(await sql`select status from public.webhook_deliveries`).status, "delivered");
  }),
);

Deno.test(
  "redrive_delivery twice is one more try",
  onDatabase(async (given) => {
    const { db } = given;
    const { delivery } = await aDeadDelivery(given);
    await redriveDelivery(db, delivery.delivery_id);

    const again = await redriveDelivery(db, delivery.delivery_id);

    assert.deepEqual([again.was, again.status], ["pending", "pending"]);
    assert.equal((await claimDeliveries(db)).length, 1);
  }),
);

Deno.test(
  "redrive_delivery refuses one that is on its way, one that arrived, one that is not there",
  onDatabase(async (given) => {
    const { db } = given;
    const { delivery } = await aDeadDelivery(given);
    await redriveDelivery(db, delivery.delivery_id);
    const under_way = only(await claimDeliveries(db));
    const sentence = (status: string) =>
      `RL409 Cannot redrive delivery "${delivery.delivery_id}": it is ${status}, and only a dead or pending one can be redriven`;

    assert.equal(
      await refusalOf(redriveDelivery(db, delivery.delivery_id)),
      sentence("delivering"),
    );
    assert.equal(await recordDelivery(db, under_way, { ...GONE, status_code: 200 }), "applied");
    assert.equal(await refusalOf(redriveDelivery(db, delivery.delivery_id)), sentence("delivered"));
    assert.equal(
      await refusalOf(redriveDelivery(db, "nobody")),
      'RL404 Cannot redrive delivery "nobody": no such delivery',
    );
  }),
);

Deno.test(
  "redrive_delivery refuses a body that is larger than any may be",
  onDatabase(async ({ sql, db }) => {
    const [row] = await sql`
      insert into public.webhook_deliveries (endpoint_id, type, url, body)
      values ('source:a', 'webhook.received', 'https://desk.test', repeat('x', 1048577))
      returning delivery_id`;

    assert.match(
      await refusalOf(redriveDelivery(db, row?.delivery_id)),
      /^RL409 .* larger than 1 MiB/,
    );
  }),
);
