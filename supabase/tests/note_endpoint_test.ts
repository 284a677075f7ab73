import assert from "node:assert/strict";
import { deleteEndpoint, setEndpointEnabled } from "../functions/_shared/management/endpoints.ts";
import { readHealth } from "../functions/_shared/management/figures.ts";
import { recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { anEndpoint, BUSY, claimAll, claimedIds, OK, queueTo, statusesOf } from "./endpoints.ts";
import { type Given, onDatabase } from "./given.ts";
import { brokenInvariants, only } from "./look.ts";
import { moveClock, outliveLeases, setSetting } from "./verbs.ts";

async function endpointOf({ sql }: Given, id: string) {
  return only(
    await sql`
    select is_enabled, disable_reason, failing_since from private.endpoints where endpoint_id = ${id}`,
  );
}

Deno.test(
  "410 disables a standing endpoint at once: what is pending is skipped, nothing more goes out",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given, { max_in_flight: 1 });
    await queueTo(sql, id, 3);

    await recordDelivery(db, only(await claimAll(given)), { ...OK, status_code: 410 });

    assert.equal((await endpointOf(given, id)).disable_reason, "It answered 410 Gone");
    assert.deepEqual(await statusesOf(sql, id), [
      "webhook.received dead",
      "webhook.received skipped",
      "webhook.received skipped",
    ]);
    assert.deepEqual(await claimAll(given), []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "an endpoint that answered nothing but failures for five days is disabled, with a reason",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given);
    await setSetting(sql, "delivery_breaker_failures", 1000);
    await queueTo(sql, id, 40);
    for (let day = 0; day <= 5; day++) {
      assert.equal((await endpointOf(given, id)).is_enabled, true, `after ${day} days`);
      const [work] = await claimAll(given, 1);
      assert(work);
      await recordDelivery(db, work, { ...OK, status_code: 404 });
      if (day < 5) await moveClock(sql, 86_400);
    }

    const { is_enabled, disable_reason } = await endpointOf(given, id);
    assert.equal(is_enabled, false);
    assert.match(disable_reason, /^Nothing but failures since/);
  }),
);

Deno.test(
  "a sporadic failure disables nothing: success or a long silence begins anew",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given);
    await queueTo(sql, id, 40);
    const next = async (result: typeof OK) => {
      const [work] = await claimAll(given, 1);
      assert(work);
      await recordDelivery(db, work, result);
    };

    await next(BUSY);
    await moveClock(sql, 6 * 86_400);
    await next(BUSY);
    assert.equal((await endpointOf(given, id)).is_enabled, true);
    await next(OK);
    assert.equal((await endpointOf(given, id)).failing_since, null);
  }),
);

Deno.test(
  "enabled again, an endpoint gets what comes from then on, and begins with a clean record",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given);
    await queueTo(sql, id, 2);
    const [first] = await claimAll(given, 1);
    assert(first);
    await recordDelivery(db, first, { ...OK, status_code: 410 });

    const on = { isEnabled: true, reason: null };
    assert.deepEqual(await setEndpointEnabled(db, id, on), {
      endpoint_id: id,
      was: false,
      is_enabled: true,
      skipped: 0,
    });

    const [fresh] = await queueTo(sql, id);
    assert.deepEqual(await claimedIds(given), [fresh]);
  }),
);

Deno.test(
  "what was on its way when its endpoint was disabled or deleted is tried no more, answered or lost",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id: off } = await anEndpoint(given);
    const { id: gone } = await anEndpoint(given);
    const projectId = await given.aProject({ callback_url: null });
    for (const id of [off, gone]) {
      await queueTo(sql, id, 2);
      await sql`
        update public.webhook_deliveries set project_id = ${projectId} where endpoint_id = ${id}`;
    }
    const works = await claimAll(given);
    assert.equal(works.length, 4);

    await setEndpointEnabled(db, off, { isEnabled: false, reason: null });
    await deleteEndpoint(db, gone);
    // The first of each is answered, the second one's runner is lost.
    for (const id of [off, gone]) {
      const first = works.find(({ endpoint_id }) => endpoint_id === id);
      assert(first);
      assert.equal(await recordDelivery(db, first, BUSY), "applied");
    }
    await outliveLeases(sql);

    assert.deepEqual(await claimAll(given), []);
    for (const id of [off, gone]) {
      assert.deepEqual(await statusesOf(sql, id), [
        "webhook.received skipped",
        "webhook.received skipped",
      ]);
    }
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "what was queued while somebody disabled its endpoint is skipped by the sweep, not sent",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given);
    await setEndpointEnabled(db, id, { isEnabled: false, reason: "Maintenance" });
    await queueTo(sql, id);

    assert.deepEqual(await claimAll(given), []);
    await sql`select private.sweep()`;

    assert.deepEqual(await statusesOf(sql, id), ["webhook.received skipped"]);
  }),
);

Deno.test(
  "what was queued while somebody deleted its endpoint is skipped by the sweep, and no work is overdue for it",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given);
    const film = await given.openSession();
    await film.sql.begin(async (transaction) => {
      await transaction`set local role postgres`;
      await transaction`
        insert into public.webhook_deliveries (endpoint_id, type, url, body)
        select endpoint_id, 'scene.started', url, '{}' from private.endpoints`;
      await deleteEndpoint(db, id);
    });

    assert.deepEqual(await claimAll(given), []);
    await sql`select private.sweep()`;

    assert.deepEqual(await statusesOf(sql, id), ["scene.started skipped"]);
    await moveClock(sql, 700);
    assert.equal((await readHealth(db)).checks.overdue?.ok, true);
  }),
);
