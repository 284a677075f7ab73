import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { readDelivery } from "../functions/_shared/management/deliveries.ts";
import {
  deleteEndpoint,
  type EndpointChanges,
  putEndpoint,
  readEndpoint,
  rotateEndpointSecret,
  testEndpoint,
} from "../functions/_shared/management/endpoints.ts";
import { z } from "zod";
import { aFilm, refusalOf } from "./drive.ts";
import { anEndpoint, BUSY, claimAll, queueTo, recordAll, statusesOf } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, only } from "./look.ts";
import { moveClock } from "./verbs.ts";

Deno.test(
  "an endpoint comes with a secret that is shown once; header values and queries are never shown",
  onDatabase(async (given) => {
    const { db } = given;
    const { id, secret } = await anEndpoint(given, {
      url: "https://desk.test/hook?key=s3cret",
      headers: { Authorization: "Bearer s3cret" },
    });
    new Webhook(secret);

    const shown = await readEndpoint(db, id);

    assert.equal(shown?.url, "https://desk.test/hook?***");
    assert.deepEqual(shown?.header_names, ["Authorization"]);
    const text = JSON.stringify([shown, await putEndpoint(db, id, { description: "Desk" })]);
    assert.ok(!text.includes("s3cret") && !text.includes(secret));
  }),
);

Deno.test(
  "the runner gets an endpoint's URL of today, its headers, and every secret that is in force",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id, secret } = await anEndpoint(given, { headers: { "X-Desk": "7" } });
    await queueTo(sql, id, 3);
    const { secret: fresh } = await rotateEndpointSecret(db, id, 3600);
    await putEndpoint(db, id, { url: "https://new.test/hook" });

    const [one] = await claimAll(given, 1);
    assert.deepEqual([one?.url, one?.headers], ["https://new.test/hook", { "X-Desk": "7" }]);
    assert.deepEqual(one?.secrets, [fresh, secret]);

    await moveClock(sql, 3601);
    assert.deepEqual((await claimAll(given, 1))[0]?.secrets, [fresh]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a new URL begins anew: neither the breaker nor the days of failures of the old one hold it back",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { id } = await anEndpoint(given);
    await queueTo(sql, id, 30);
    await recordAll(given, (await claimAll(given, 5)).slice(0, 5), BUSY);
    await sql`update private.endpoints set failing_since = failing_since - interval '5 days'`;
    assert.deepEqual(await claimAll(given), [], "held");

    await putEndpoint(db, id, { description: "Desk" });
    assert.deepEqual(await claimAll(given), [], "still held");
    await putEndpoint(db, id, { url: "https://new.test/hook" });

    const works = await claimAll(given);
    assert.ok(works.length > 5, `${works.length}`);
    await recordAll(given, works.slice(0, 1), BUSY);
    assert.equal((await readEndpoint(db, id))?.is_enabled, true);
  }),
);

Deno.test(
  "a URL in capitals is taken, as the door takes it",
  onDatabase(async (given) => {
    const { db } = given;
    const { id } = await anEndpoint(given, { url: "HTTPS://desk.test/Hook" });
    assert.equal((await readEndpoint(db, id))?.url, "https://desk.test/Hook");

    const { url } = await putEndpoint(db, id, { url: "Http://desk.test/B" });

    assert.equal(url, "http://desk.test/B");
  }),
);

Deno.test(
  "no more than ten old secrets sign",
  onDatabase(async (given) => {
    const { id } = await anEndpoint(given);
    for (let n = 0; n < 10; n++) await rotateEndpointSecret(given.db, id, 3600);

    assert.match(await refusalOf(rotateEndpointSecret(given.db, id, 3600)), /^RL409/);
    await moveClock(given.sql, 3601);
    await rotateEndpointSecret(given.db, id, 3600);
  }),
);

Deno.test(
  "what an endpoint cannot be is refused by its rule, and nothing is left behind",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const url = "https://desk.test";
    for (
      const [changes, rule] of [
        [{ url }, /user_id is required/],
        [{ user_id: "u" }, /url is required/],
        [{ user_id: "u", url: "ftp://desk.test" }, /endpoint url is http/],
        [{ user_id: "u", url, max_in_flight: 0 }, /at least one slot/],
        [{ user_id: "u", url, max_per_second: -1 }, /rate is positive/],
        [{ user_id: "u", url, batch_size: 1000 }, /batch is bounded/],
      ] as const
    ) {
      assert.match(await refusalOf(putEndpoint(db, null, changes)), rule);
    }
    const odd = db.call("put_endpoint", {
      p_endpoint_id: null,
      p_changes: { user_id: "u", url, events: ["film.done"] },
    }, z.unknown());
    assert.match(await refusalOf(odd), /events are known/);
    assert.equal((await sql`select from private.endpoints`).length, 0);
  }),
);

Deno.test(
  "who asks for an endpoint again by its idempotency key gets the one that is there, and its secret",
  onDatabase(async (given) => {
    const { db, sql, openSession } = given;
    const asked = { user_id: "user-1", url: "HTTPS://desk.test/a", headers: { "x-key": "k" } };
    const ask = (changes: EndpointChanges, by = db) =>
      putEndpoint(by, null, { ...asked, idempotency_key: "desk", ...changes });
    const [one, two] = [await openSession(), await openSession()];

    const made = await Promise.all([ask({}, one.db), ask({}, two.db)]);
    const first = made.find(({ duplicate }) => !duplicate);
    const again = made.find(({ duplicate }) => duplicate);

    assert.ok(first && again);
    assert.deepEqual(
      [again.endpoint_id, again.secret, again.duplicate],
      [first.endpoint_id, first.secret, true],
    );
    assert.deepEqual([first.duplicate, "idempotency_key" in first], [undefined, false]);
    assert.match(await refusalOf(ask({ url: "https://desk.test/b" })), /^RL409.*another one/);
    const others = [await ask({ user_id: "user-2" }), await ask({ idempotency_key: "b" })];
    assert.deepEqual(others.map(({ duplicate }) => duplicate), [undefined, undefined]);
    assert.equal((await sql`select from private.endpoints`).length, 3);

    await deleteEndpoint(db, first.endpoint_id);
    assert.equal((await ask({})).duplicate, undefined);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a test goes the way of every delivery",
  onDatabase(async (given) => {
    const { id } = await anEndpoint(given, { events: [] });

    const { delivery_id, webhook_id } = await testEndpoint(given.db, id);

    const work = only(await claimAll(given));
    assert.deepEqual([work.delivery_id, work.webhook_id], [delivery_id, webhook_id]);
    assert.equal(JSON.parse(work.body).type, "endpoint.test");
    assert.equal((await readDelivery(given.db, delivery_id))?.body, work.body);
  }),
);

Deno.test(
  "a deleted endpoint gets nothing more; what was sent stays on record until its user's data go",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { id } = await anEndpoint(given);
    const { id: other } = await anEndpoint(given, { batch_size: 2 });
    await aFilm(given, { callback_url: null });
    await claimAll(given, 2);

    await deleteEndpoint(db, id);
    assert.ok((await statusesOf(sql, id)).some((line) => line.endsWith("skipped")));
    assert.match(await refusalOf(deleteEndpoint(db, id)), /^RL404/);

    const [row] = await sql`select public.delete_user_data('user-1') -> 'done' as done`;
    assert.equal(row?.done, true);
    assert.deepEqual(await statusesOf(sql, other), []);
    assert.equal((await sql`select from public.webhook_deliveries`).length, 0);
    assert.equal((await sql`select from private.endpoints`).length, 0);
  }),
);

Deno.test(
  "an endpoint that takes next to nothing a second fails no claim",
  onDatabase(async (given) => {
    const { sql, db } = given;
    for (const max_per_second of [1e-13, 1e-300]) {
      const { id } = await anEndpoint(given, { max_per_second });
      await queueTo(sql, id, 2);
      assert.equal((await claimAll(given)).length, 1);

      assert.deepEqual(await claimAll(given), [], `${max_per_second}`);
      await queueTo(sql, "source:a", 1, { url: "https://other.test" });
      assert.equal((await claimAll(given)).length, 1);
      await deleteEndpoint(db, id);
    }
  }),
);
