import assert from "node:assert/strict";
import { z } from "zod";
import { replayDeliveries } from "../functions/_shared/management/deliveries.ts";
import { setEndpointEnabled, testEndpoint } from "../functions/_shared/management/endpoints.ts";
import { recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { aFilm } from "./drive.ts";
import { anEndpoint, BUSY, claimAll, OK, queueTo, recordAll, statusesOf } from "./endpoints.ts";
import { type Given, onDatabase } from "./given.ts";
import { brokenInvariants, only } from "./look.ts";
import { moveClock, setSetting } from "./verbs.ts";

const Batch = z.object({
  type: z.literal("batch"),
  timestamp: z.iso.datetime(),
  data: z.array(z.object({ id: z.string(), event: z.looseObject({ type: z.string() }) })),
});

/** The four events of a film of one scene, to an endpoint that takes batches. */
async function aBatchingFilm(given: Given, batch: { batch_size: number; batch_ms: number }) {
  const { id } = await anEndpoint(given, batch);
  await aFilm(given, { callback_url: null });
  return id;
}

Deno.test(
  "a full batch goes out at once as one signed request, its events in order under their own ids",
  onDatabase(async (given) => {
    const { sql } = given;
    const id = await aBatchingFilm(given, { batch_size: 4, batch_ms: 60_000 });

    const batch = only(await claimAll(given));

    const { data } = Batch.parse(JSON.parse(batch.body));
    assert.deepEqual(data.map(({ event }) => event.type), [
      "scene.started",
      "scene.completed",
      "stitching.started",
      "video.generation.completed",
    ]);
    const ids = await sql`
      select webhook_id from public.webhook_deliveries where type <> 'batch' order by position`;
    assert.deepEqual(data.map((one) => one.id), ids.map(({ webhook_id }) => webhook_id));
    assert.ok(!ids.some(({ webhook_id }) => webhook_id === batch.webhook_id));
    assert.deepEqual(await brokenInvariants(sql), []);

    await recordDelivery(given.db, batch, OK);
    assert.deepEqual(await statusesOf(sql, id), [
      "scene.started delivered",
      "scene.completed delivered",
      "stitching.started delivered",
      "video.generation.completed delivered",
      "batch delivered",
    ]);
  }),
);

Deno.test(
  "a batch that is not full goes out when its first event has waited for long enough",
  onDatabase(async (given) => {
    await aBatchingFilm(given, { batch_size: 10, batch_ms: 30_000 });
    assert.deepEqual(await claimAll(given), []);

    await moveClock(given.sql, 31);

    const { data } = Batch.parse(JSON.parse(only(await claimAll(given)).body));
    assert.equal(data.length, 4);
  }),
);

Deno.test(
  "a batch is the same through all its tries, and its events end with it",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await setSetting(sql, "delivery_breaker_failures", 100);
    await setSetting(sql, "endpoint_disable_hours", 1000);
    const id = await aBatchingFilm(given, { batch_size: 4, batch_ms: 60_000 });
    const first = only(await claimAll(given));
    let work = first;
    for (let n = 0; n < 10; n++) {
      assert.deepEqual([work.webhook_id, work.body], [first.webhook_id, first.body]);
      await recordDelivery(db, work, BUSY);
      await moveClock(sql, 86_400);
      work = (await claimAll(given))[0] ?? work;
    }

    assert.deepEqual([...new Set((await statusesOf(sql, id)).map((line) => line.split(" ")[1]))], [
      "dead",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a batch of a disabled endpoint waits with its events, and a replay sends both",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const id = await aBatchingFilm(given, { batch_size: 4, batch_ms: 60_000 });
    const batch = only(await claimAll(given));
    await recordDelivery(db, batch, BUSY);

    await setEndpointEnabled(db, id, { isEnabled: false, reason: null });

    const statuses = (await statusesOf(sql, id)).map((line) => line.split(" ")[1]);
    assert.deepEqual(statuses, ["batched", "batched", "batched", "batched", "skipped"]);
    assert.deepEqual(await brokenInvariants(sql), []);

    await setEndpointEnabled(db, id, { isEnabled: true, reason: null });
    const range = { limit: 100, perSecond: 10, isDry: false };
    assert.equal((await replayDeliveries(db, { endpoint_id: id }, range)).replayed, 1);
    const again = only(await claimAll(given));
    assert.deepEqual([again.webhook_id, again.body], [batch.webhook_id, batch.body]);
    await recordDelivery(db, again, OK);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a dead batch is found by its user, and by the film and the type of what travelled in it",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await aBatchingFilm(given, { batch_size: 4, batch_ms: 60_000 });
    await recordDelivery(db, only(await claimAll(given)), { ...OK, status_code: 500 });
    await sql`update public.webhook_deliveries set status = 'dead' where status in ('pending', 'batched')`;
    const [film] = await sql`select project_id from public.projects`;
    const matched = async (filter: Record<string, string>) =>
      (await replayDeliveries(db, filter, { limit: 10, perSecond: 10, isDry: true })).matched;

    assert.equal(await matched({ user_id: "user-1" }), 1);
    assert.equal(await matched({ project_id: film?.project_id, type: "scene.completed" }), 1);
    assert.equal(await matched({ user_id: "user-2" }), 0);
    assert.equal(await matched({ type: "scene.failed" }), 0);
    assert.equal(await matched({ project_id: "proj_other" }), 0);
  }),
);

Deno.test(
  "an event that no batch has room for is dead with its batch, and stops no other",
  onDatabase(async (given) => {
    const { sql } = given;
    const id = await aBatchingFilm(given, { batch_size: 4, batch_ms: 60_000 });
    await sql`
      update public.webhook_deliveries set body = '"' || repeat('x', 1048574) || '"'
      where type = 'scene.started'`;
    await moveClock(sql, 61);

    const { data } = Batch.parse(JSON.parse(only(await claimAll(given)).body));

    assert.equal(data.length, 3);
    assert.deepEqual(
      (await statusesOf(sql, id)).toSorted(),
      [
        "batch dead",
        "batch delivering",
        "scene.completed batched",
        "scene.started dead",
        "stitching.started batched",
        "video.generation.completed batched",
      ],
    );
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a claim forms no more batches than its endpoint may have on their way, and the next ones form the others",
  onDatabase(async (given) => {
    const { sql } = given;
    const limits = { batch_size: 2, batch_ms: 60_000, max_in_flight: 5 };
    const { id } = await anEndpoint(given, limits);
    await queueTo(sql, id, 60);
    const formed = async () =>
      (await sql`select from public.webhook_deliveries where type = 'batch'`).length;

    const first = await claimAll(given, 3);
    assert.deepEqual([first.length, await formed()], [3, 5]);
    assert.deepEqual([(await claimAll(given)).length, await formed()], [2, 8]);

    await sql`update public.webhook_deliveries set due_at = private.clock() where status = 'delivering'`;
    const sizes: number[] = [];
    for (let round = 0; round < 20; round++) {
      const works = await claimAll(given);
      sizes.push(...works.map(({ body }) => JSON.parse(body).data.length));
      await recordAll(given, works, OK);
    }
    assert.deepEqual(sizes, Array(30).fill(2));
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a claim forms no more batches than it may bring, of each endpoint that waits for some",
  onDatabase(async (given) => {
    const { sql } = given;
    const endpoints = await Promise.all(
      Array.from({ length: 30 }, () => anEndpoint(given, { batch_size: 2, batch_ms: 1000 })),
    );
    for (const { id } of endpoints) await queueTo(sql, id, 60);

    assert.equal((await claimAll(given)).length, 90);

    const formed = await sql`
      select count(*)::int as n from public.webhook_deliveries where type = 'batch' group by lane`;
    assert.deepEqual(formed.map(({ n }) => n), Array(30).fill(3));
  }),
);

Deno.test(
  "batches and tests that wait for their turn make no batch full",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const events = ["scene.started"];
    const limits = { batch_size: 3, batch_ms: 60_000, max_in_flight: 2, events };
    const { id } = await anEndpoint(given, limits);
    await queueTo(sql, id, 6);
    await claimAll(given, 1);
    await testEndpoint(db, id);
    assert.deepEqual((await statusesOf(sql, id)).slice(6), [
      "batch delivering",
      "batch pending",
      "endpoint.test pending",
    ]);

    await aFilm(given, { callback_url: null });
    await claimAll(given);

    const sizes = await sql`
      select count(event.delivery_id)::int as n
      from public.webhook_deliveries as batch
      left join public.webhook_deliveries as event on event.batch_id = batch.delivery_id
      where batch.type = 'batch' group by batch.position order by batch.position`;
    assert.deepEqual(sizes.map(({ n }) => n), [3, 3]);
  }),
);
