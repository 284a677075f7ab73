import assert from "node:assert/strict";
import { crashPostgres } from "../../chaos/faults/crash_postgres.ts";
import { connectSturdily } from "../../local/postgres/sturdy_sql.ts";
import { type DeliveryStack, onDeliveries } from "./delivery_stack.ts";

/** A try that is lost twice on a slow machine would wait for minutes otherwise, and its receiver be held. */
async function hurry({ sql, set }: DeliveryStack): Promise<void> {
  await set({ "delivery_breaker_seconds": 1, "delivery_breaker_cap_seconds": 2 });
  await sql`
    update private.settings
    set value = to_jsonb(array[1, 1, 1, 1, 1, 1, 1, 1, 1])
    where name = 'delivery_schedule_seconds'`;
}

/** All have arrived under the ids that they were queued with, and every one is known to have. */
async function allArrive(
  { sql, receiver, until, statuses }: DeliveryStack,
  ids: readonly string[],
): Promise<void> {
  await until("all are delivered", async () => (await statuses()).delivered === ids.length);

  const arrived = new Set(receiver.arrived.map(({ id }) => id));
  assert.deepEqual([...arrived].toSorted(), ids.toSorted());
  const rows = await sql`select webhook_id, body from public.webhook_deliveries`;
  const bodies = new Map(rows.map(({ webhook_id, body }) => [webhook_id, body]));
  for (const { id, body } of receiver.arrived) assert.equal(body, bodies.get(id));
  assert.deepEqual([...await sql`select * from private.check_invariants()`], []);
}

Deno.test(
  "a runner killed before it sent: the delivery is sent by the next one, under its id",
  onDeliveries(async (stack) => {
    const { sql } = stack;
    // Claimed by a runner that never came to send.
    const [row] = await sql`
      with queued as (
        insert into public.webhook_deliveries (endpoint_id, type, url, body, due_at)
        values ('source:test', 'webhook.received', ${stack.receiver.url}, '{}', private.clock() + interval '1 hour')
        returning webhook_id
      )
      select webhook_id from queued`;
    await sql`
      update public.webhook_deliveries
      set status = 'delivering', claim_token = gen_random_uuid(), attempt_count = 1,
        due_at = private.clock() + interval '1 second'`;

    await allArrive(stack, [row?.webhook_id]);

    assert.equal(stack.receiver.count(row?.webhook_id), 1);
    const tries = await sql`
      select number, status_code from public.webhook_delivery_attempts order by number`;
    assert.deepEqual([...tries], [{ number: 1, status_code: null }, {
      number: 2,
      status_code: 200,
    }]);
  }),
);

Deno.test(
  "a runner killed after it sent and before it recorded: a duplicate under the same id, no loss",
  onDeliveries(async (stack) => {
    const { receiver, functions } = stack;
    let killed = false;
    receiver.answer(async () => {
      if (!killed) {
        killed = true;
        await functions.kill("pipeline-step");
      }
      return new Response("thanks");
    });

    const ids = await stack.queue(1);
    await allArrive(stack, ids);

    assert.equal(receiver.count(ids[0] ?? ""), 2);
  }),
);

Deno.test(
  "a runner killed after it recorded: nothing is sent again",
  onDeliveries(async (stack) => {
    const { receiver, functions, until, statuses } = stack;
    const [first = ""] = await stack.queue(1);
    await until("the first is recorded", async () => (await statuses()).delivered === 1);
    await functions.kill("pipeline-step");
    await stack.sql`
      update private.settings set value = to_jsonb((value #>> '{}')::numeric + 10) where name = 'clock_offset_seconds'`;

    const [second = ""] = await stack.queue(1);
    await allArrive(stack, [first, second]);

    assert.deepEqual([receiver.count(first), receiver.count(second)], [1, 1]);
  }),
);

Deno.test(
  "Postgres killed and started again under load: every delivery arrives, each under its own id",
  onDeliveries(async (stack) => {
    const { receiver, until } = stack;
    await hurry(stack);
    const ids = await stack.queue(400);
    await until("some have arrived", () => receiver.arrived.length > 40);

    await crashPostgres(stack.cluster);

    await allArrive(stack, ids);
  }),
);

Deno.test(
  "a transaction that is left open under load holds up no delivery",
  onDeliveries(async (stack) => {
    await hurry(stack);
    const forgotten = connectSturdily(stack.dbUrl, { max: 1 });
    try {
      await forgotten.begin("isolation level repeatable read", async (open) => {
        await open`select count(*) from public.webhook_deliveries`;
        const ids = await stack.queue(300);
        await allArrive(stack, ids);
      });
    } finally {
      await forgotten.end();
    }
  }),
);
