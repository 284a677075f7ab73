import { MIGRATED_DATA } from "../../local/postgres/testing.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { patiently } from "../../chaos/patient_sql.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

/** Milliseconds after which what has not arrived never will. */
const PATIENCE = 90_000;

export type DeliveryStack = Stack & {
  receiver: Receiver;
  /** Queues so many to the receiver, as a custom source's; their webhook-ids. */
  queue(count: number): Promise<string[]>;
  /** Resolves once this is true; asks the database in between, so that it takes no busy loop. */
  until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void>;
  /** How many deliveries have which status. */
  statuses(): Promise<Record<string, number>>;
  set(settings: Record<string, number>): Promise<void>;
};

/** A test on a whole stack and one client's server. Leases are short: nobody waits for 90 seconds. */
export function onDeliveries(test: (stack: DeliveryStack) => Promise<void>): () => Promise<void> {
  return async () => {
    await using cleanup = new AsyncDisposableStack();
    const stack = await startStack({
      apiPort: 0,
      dbPort: 0,
      lazyFunctions: true,
      copyOf: MIGRATED_DATA,
    });
    cleanup.defer(() => stack.stop());
    const receiver = startReceiver();
    cleanup.defer(() => receiver.stop());
    const hands = handsFor(stack, receiver);
    await hands.set({ "lease_seconds.delivery": 3 });
    await test(hands);
  };
}

function handsFor(stack: Stack, receiver: Receiver): DeliveryStack {
  const { sql } = stack;
  const hands: Omit<DeliveryStack, keyof Stack> = {
    receiver,
    async queue(count) {
      const rows = await sql`
        insert into public.webhook_deliveries (endpoint_id, type, url, body)
        select 'source:test', 'webhook.received', ${receiver.url}, '{"type":"webhook.received","data":{"n":' || n || '}}'
        from generate_series(1, ${count}) as n
        returning webhook_id`;
      return rows.map(({ webhook_id }) => webhook_id);
    },
    async until(what, isTrue) {
      for (const end = performance.now() + PATIENCE; performance.now() < end;) {
        if (await isTrue()) return;
        await patiently(sql, (ask) => ask`select pg_sleep(0.05)`);
      }
      throw new Error(`Cannot wait any longer: ${what}`);
    },
    async statuses() {
      const rows = await patiently(
        sql,
        (ask) =>
          ask`select status, count(*)::int as n from public.webhook_deliveries group by status`,
      );
      return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
    },
    async set(settings) {
      for (const [name, value] of Object.entries(settings)) {
        await sql`update private.settings set value = to_jsonb(${value}::numeric) where name = ${name}`;
      }
    },
  };
  return Object.assign(Object.create(stack), hands);
}
