import assert from "node:assert/strict";
import { replayDeliveries } from "../../supabase/functions/_shared/management/deliveries.ts";
import {
  deleteEndpoint,
  rotateEndpointSecret,
  setEndpointEnabled,
} from "../../supabase/functions/_shared/management/endpoints.ts";
import type { Database } from "../../supabase/functions/_shared/database.ts";
import {
  claimDeliveries,
  recordDeliveries,
} from "../../supabase/functions/_shared/transitions/deliveries.ts";
import { anEndpoint, OK, queueTo } from "../../supabase/tests/endpoints.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants } from "../../supabase/tests/look.ts";
import { callback, setSetting } from "../../supabase/tests/verbs.ts";
import { untilWaiting } from "./races.ts";

const ROUNDS = 25;
const ANSWERS = [200, 500, 404, 204, 410, 200, 429, 200];

/** Claims, and records a page of mixed answers in no particular order. */
async function run(db: Database, seed: number): Promise<string[]> {
  const sent: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { deliveries } = await claimDeliveries(db, 20);
    sent.push(...deliveries.map(({ claim_token }) => claim_token));
    const records = deliveries.toReversed().map((work, n) => ({
      work,
      result: { ...OK, status_code: ANSWERS[(n + round + seed) % ANSWERS.length] ?? 200 },
    }));
    const { stale } = await recordDeliveries(db, records);
    assert.equal(stale, 0, "nobody else had it meanwhile");
  }
  return sent;
}

/** What an operator does while all that goes on. */
async function operate(db: Database, ids: string[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const id = ids[round % ids.length] ?? "";
    await setEndpointEnabled(db, id, { isEnabled: round % 3 !== 0, reason: null });
    if (round % 5 === 0) await rotateEndpointSecret(db, id, 0);
    await replayDeliveries(db, {}, { limit: 50, perSecond: 1000, isDry: false });
    for (const each of ids) await setEndpointEnabled(db, each, { isEnabled: true, reason: null });
  }
}

Deno.test(
  "runners and operators at once: no deadlock, nothing sent by two, no promise broken",
  onDatabase(async (given) => {
    const { sql } = given;
    await setSetting(sql, "delivery_breaker_failures", 1000);
    const endpoints = [
      await anEndpoint(given),
      await anEndpoint(given, { is_ordered: true }),
      await anEndpoint(given, { max_per_second: 1000 }),
      await anEndpoint(given, { batch_size: 5 }),
    ];
    const ids = endpoints.map(({ id }) => id);
    for (const to of [...ids, "source:a"]) await queueTo(sql, to, 60);
    const sessions = await Promise.all([1, 2, 3, 4].map(() => given.openSession()));
    const [operator, ...runners] = sessions.map(({ db }) => db);
    assert(operator);

    const [, ...sent] = await Promise.all([
      operate(operator, ids),
      ...runners.map((db, seed) => run(db, seed)),
    ]);

    const claims = sent.flat();
    assert.ok(claims.length > 100, `${claims.length}`);
    assert.equal(new Set(claims).size, claims.length);
    assert.deepEqual(await brokenInvariants(sql), []);
    const [row] = await sql`
      select count(*)::int as n from public.webhook_deliveries where type = 'webhook.received'`;
    assert.equal(row?.n, 300, "none is gone");
  }),
);

Deno.test(
  "an event that fills a batch makes the others due, but for those that somebody holds, and waits for none",
  onDatabase(async (given) => {
    const { sql, aSubmittedClip } = given;
    const events = ["scene.completed"];
    await anEndpoint(given, { batch_size: 3, batch_ms: 60_000, events });
    const first = await aSubmittedClip({ video_id: "first", callback_url: null });
    const second = await aSubmittedClip({ video_id: "second", callback_url: null });
    const third = await aSubmittedClip({ video_id: "third", callback_url: null });
    await callback(given.db, first);
    await callback(given.db, second);

    await sql.begin(async (holder) => {
      await holder`
        select from public.webhook_deliveries
        where project_id = ${first.project_id} for no key update`;
      assert.equal((await callback(given.db, third)).outcome, "applied");
    });

    const due = await sql`
      select project_id from public.webhook_deliveries
      where due_at <= private.clock() order by position`;
    assert.deepEqual(due.map(({ project_id }) => project_id), [
      second.project_id,
      third.project_id,
    ]);
  }),
);

Deno.test(
  "a claim waits for nobody who makes an event of a batch due: it goes without that batch, and the next one has it whole",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    const { id } = await anEndpoint(given, { batch_size: 3, batch_ms: 1000 });
    const [, second = ""] = await queueTo(sql, id, 3);
    await queueTo(sql, "source:a");
    const [film, claimer] = [await openSession(), await openSession()];
    await film.sql`reset role`;
    await claimer.sql`set lock_timeout = '1s'`;

    await film.sql`begin`;
    await film.sql`
      update public.webhook_deliveries set due_at = private.clock() where delivery_id = ${second}`;
    const { deliveries } = await claimDeliveries(claimer.db, 10);
    await film.sql`commit`;

    assert.deepEqual(deliveries.map(({ endpoint_id }) => endpoint_id), ["source:a"]);
    const [batch] = (await claimDeliveries(db, 10)).deliveries;
    assert.equal(JSON.parse(batch?.body ?? "").data.length, 3);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a claim keeps nobody from saying how a delivery went, where nothing else is due to the same receiver",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    await queueTo(sql, "source:a", 1, { url: "https://down.test/hook" });
    const { deliveries: [sent] } = await claimDeliveries(db, 1);
    assert(sent);
    const [retried] = await queueTo(sql, "source:a", 1, { url: "https://down.test/hook" });
    await sql`
      update public.webhook_deliveries set attempt_count = 1, due_at = private.clock() + interval '1 hour'
      where delivery_id = ${retried ?? ""}`;
    await queueTo(sql, "source:b", 1, { url: "https://well.test/hook" });
    const [claimer, recorder] = [await openSession(), await openSession()];
    await recorder.sql`set lock_timeout = '1s'`;

    await claimer.sql`begin`;
    const { deliveries } = await claimDeliveries(claimer.db, 10);
    const records = [{ work: sent, result: { ...OK, status_code: 500 } }];
    const recorded = await recordDeliveries(recorder.db, records);
    await claimer.sql`commit`;

    assert.deepEqual(deliveries.map(({ url }) => url), ["https://well.test/hook"]);
    assert.deepEqual(recorded, { applied: 1, stale: 0 });
  }),
);

Deno.test(
  "a claim waits for nobody who says how a delivery went: it goes without that receiver",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    await queueTo(sql, "source:a", 2, { url: "https://down.test/hook" });
    const { deliveries: [sent] } = await claimDeliveries(db, 1);
    assert(sent);
    await queueTo(sql, "source:b", 1, { url: "https://well.test/hook" });
    const [claimer, recorder] = [await openSession(), await openSession()];
    await claimer.sql`set lock_timeout = '1s'`;

    await recorder.sql`begin`;
    await recordDeliveries(recorder.db, [{ work: sent, result: { ...OK, status_code: 500 } }]);
    const { deliveries } = await claimDeliveries(claimer.db, 10);
    await recorder.sql`commit`;

    assert.deepEqual(deliveries.map(({ url }) => url), ["https://well.test/hook"]);
  }),
);

Deno.test(
  "a claim waits for nobody who says how a delivery to a deleted endpoint went",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    const { id } = await anEndpoint(given, { events: ["scene.started"] });
    await given.aSubmittedClip({ callback_url: null });
    const { deliveries: [sent] } = await claimDeliveries(db, 1);
    assert(sent);
    await deleteEndpoint(db, id);
    await queueTo(sql, id);
    const [claimer, recorder] = [await openSession(), await openSession()];
    await claimer.sql`set lock_timeout = '1s'`;

    await recorder.sql`begin`;
    await recordDeliveries(recorder.db, [{ work: sent, result: { ...OK, status_code: 500 } }]);
    const { deliveries } = await claimDeliveries(claimer.db, 10);
    await recorder.sql`rollback`;
    await recordDeliveries(db, [{ work: sent, result: { ...OK, status_code: 500 } }]);

    assert.deepEqual(deliveries, []);
  }),
);

Deno.test(
  "a page that waits for an endpoint holds none of its deliveries: whoever has it may delete them",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    const { id } = await anEndpoint(given);
    await queueTo(sql, id, 2);
    // What goes with its endpoint.
    await sql`update public.webhook_deliveries set type = 'endpoint.test'`;
    const [ok, busy] = (await claimDeliveries(given.db, 2)).deliveries;
    assert(ok && busy);
    const [operator, runner] = [await openSession(), await openSession()];

    await operator.sql`begin`;
    await rotateEndpointSecret(operator.db, id, 0);
    const recorded = recordDeliveries(runner.db, [
      { work: ok, result: OK },
      { work: busy, result: { ...OK, status_code: 500 } },
    ]);
    await untilWaiting(sql, runner);
    await deleteEndpoint(operator.db, id);
    await operator.sql`commit`;

    assert.deepEqual(await recorded, { applied: 0, stale: 2 });
    assert.deepEqual([...await sql`select from public.webhook_deliveries`], []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "two pages with the same deliveries take them in one order, whatever they say of them",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    const { id } = await anEndpoint(given);
    await queueTo(sql, id, 2);
    const [a, b] = (await claimDeliveries(db, 2)).deliveries
      .toSorted((one, other) => one.delivery_id < other.delivery_id ? -1 : 1)
      .map((work) => ({ work, result: OK }));
    assert(a && b);
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    await recordDeliveries(one.db, [a]);
    const failed = { ...a, result: { ...OK, status_code: 500 } };
    const recorded = recordDeliveries(two.db, [failed, b]);
    await untilWaiting(sql, two);
    await recordDeliveries(one.db, [b]);
    await one.sql`commit`;

    assert.deepEqual(await recorded, { applied: 0, stale: 2 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
