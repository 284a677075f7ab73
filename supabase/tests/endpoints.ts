import type { Sql } from "postgres";
import { putEndpoint } from "../functions/_shared/management/endpoints.ts";
import {
  claimDeliveries,
  type DeliveryResult,
  type DeliveryWork,
  recordDelivery,
} from "../functions/_shared/transitions/deliveries.ts";
import type { Given } from "./given.ts";

export const OK: DeliveryResult = {
  status_code: 200,
  error: null,
  duration_ms: 1,
  response_excerpt: null,
  retry_after: null,
};
export const BUSY: DeliveryResult = { ...OK, status_code: 503 };

/** A standing endpoint of user-1, who makes the films of these tests. */
export async function anEndpoint(
  { db }: Given,
  changes: Record<string, unknown> = {},
): Promise<{ id: string; secret: string }> {
  const { endpoint_id, secret = "" } = await putEndpoint(db, null, {
    user_id: "user-1",
    url: "https://desk.test/hook",
    ...changes,
  });
  return { id: endpoint_id, secret };
}

/** Queues so many deliveries to an endpoint, or to a custom source's URL; their ids, in order. */
export async function queueTo(
  sql: Sql,
  to: string,
  count = 1,
  { url = "https://desk.test/hook", age = 0 }: { url?: string; age?: number } = {},
): Promise<string[]> {
  const rows = await sql`
    insert into public.webhook_deliveries (endpoint_id, type, url, body, created_at, queued_at, due_at)
    select ${to}, 'webhook.received', ${url}, '{"n":' || n || '}', at, at, at
    from generate_series(1, ${count}) as n,
      lateral (select private.clock() - make_interval(secs => ${age}) as at) as made
    returning delivery_id, position`;
  return rows.toSorted((a, b) => Number(a.position) - Number(b.position))
    .map(({ delivery_id }) => delivery_id);
}

export async function claimAll({ db }: Given, limit = 100): Promise<DeliveryWork[]> {
  return (await claimDeliveries(db, limit)).deliveries;
}

export async function claimedIds(given: Given, limit = 100): Promise<string[]> {
  return (await claimAll(given, limit)).map(({ delivery_id }) => delivery_id);
}

export async function recordAll(
  { db }: Given,
  works: DeliveryWork[],
  result: DeliveryResult,
): Promise<void> {
  for (const work of works) await recordDelivery(db, work, result);
}

export async function statusesOf(sql: Sql, endpointId: string): Promise<string[]> {
  const rows = await sql`
    select type || ' ' || status as line from public.webhook_deliveries
    where endpoint_id = ${endpointId} order by position`;
  return rows.map(({ line }) => line);
}
