import assert from "node:assert/strict";
import { type DeliveryStack, onDeliveries } from "./delivery_stack.ts";
import { type Misbehaving, startMisbehaving } from "./misbehaving_receiver.ts";

/** An hour is the longest that a receiver may park a delivery; jitter adds a tenth. */
const PAST_EVERY_WAIT = 2 * 3600;

/** Queues one for each path; their webhook-ids by path. */
async function queueEach(
  { sql }: DeliveryStack,
  { url, paths }: Misbehaving,
): Promise<Map<string, string>> {
  const deliveries = paths.map((path) => ({
    endpoint_id: `source:${path}`,
    type: "webhook.received",
    url: `${url}${path}`,
    body: "{}",
  }));
  const rows = await sql`
    insert into public.webhook_deliveries ${sql(deliveries)} returning url, webhook_id`;
  return new Map(rows.map(({ url, webhook_id }) => [new URL(url).pathname, webhook_id]));
}

async function triesOf({ sql }: DeliveryStack, number: number): Promise<Map<string, string>> {
  const rows = await sql`
    select url, coalesce(tries.status_code::text, 'none') as code, length(tries.response_excerpt) as kept, tries.error
    from public.webhook_deliveries join public.webhook_delivery_attempts as tries using (delivery_id)
    where tries.number = ${number}`;
  return new Map(rows.map(({ url, code, kept, error }) => [
    new URL(url).pathname,
    `${code} ${kept ?? 0} ${error === null ? "fine" : "failed"}`,
  ]));
}

Deno.test(
  "whatever a receiver does, its try is on record, and the delivery arrives under its id or is known dead",
  onDeliveries(async (stack) => {
    const { sql, until, statuses } = stack;
    await using receiver = await startMisbehaving();
    // The slow ones are on their way for as long as the deadline of a try.
    await stack.set({ "lease_seconds.delivery": 90 });
    const ids = await queueEach(stack, receiver);

    await until("each has been tried", async () => (await triesOf(stack, 1)).size === ids.size);
    assert.deepEqual(Object.fromEntries(await triesOf(stack, 1)), {
      "/slow-headers": "none 0 failed",
      "/slow-body": "200 4 fine",
      "/endless": "200 4096 fine",
      "/100-mb": "200 4096 fine",
      "/gzip-bomb": "200 0 fine",
      "/301": "301 0 failed",
      "/304": "304 0 failed",
      "/410": "410 0 failed",
      "/429-seconds": "429 0 failed",
      "/429-date": "429 0 failed",
      "/429-absurd": "429 0 failed",
      "/hangs-up": "none 0 failed",
    });

    // From the second request on each of them is well.
    await stack.set({ clock_offset_seconds: PAST_EVERY_WAIT });
    await until("nothing is left", async () => {
      const { pending = 0, delivering = 0 } = await statuses();
      return pending + delivering === 0;
    });
    assert.deepEqual(await statuses(), { delivered: ids.size - 1, dead: 1 });
    for (const [path, id] of ids) {
      assert.deepEqual([...new Set(receiver.idsAt(path))], [id], path);
    }
    assert.deepEqual(receiver.idsAt("/elsewhere"), []);
    assert.deepEqual([...await sql`select * from private.check_invariants()`], []);
  }),
);
