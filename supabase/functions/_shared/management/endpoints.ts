import * as z from "zod";
import type { Database } from "../database.ts";
import type { EVENTS } from "../events.ts";
import { Facts } from "./facts.ts";

/*
 * Standing endpoints of users. What changes something raises RL400, RL404 or RL409 with a sentence
 * for people.
 */

const EndpointView = z.looseObject({
  endpoint_id: z.string(),
  user_id: z.string(),
  url: z.string(),
  is_enabled: z.boolean(),
  /** Of a new one alone, and of one that is asked for again by its idempotency key. */
  secret: z.string().optional(),
  /** True where its idempotency key was there already. */
  duplicate: z.boolean().optional(),
});
export type EndpointView = z.infer<typeof EndpointView>;

/** Null takes an optional field away; what is absent stays as it is. */
export type EndpointChanges = {
  user_id?: string;
  /** Of a new one: with the same once more, it is the same endpoint. */
  idempotency_key?: string;
  url?: string;
  description?: string | null;
  events?: (typeof EVENTS)[number][] | null;
  headers?: Record<string, string>;
  max_in_flight?: number;
  max_per_second?: number | null;
  is_ordered?: boolean;
  batch_size?: number;
  batch_ms?: number;
};

/** @param endpointId null creates one: `user_id` and `url` are required then */
export function putEndpoint(
  db: Database,
  endpointId: string | null,
  changes: EndpointChanges,
): Promise<EndpointView> {
  return db.call(
    "put_endpoint",
    { p_endpoint_id: endpointId, p_changes: changes },
    EndpointView,
  );
}

/** Null for an unknown id. */
export async function readEndpoint(
  db: Database,
  endpointId: string,
): Promise<EndpointView | null> {
  const args = { p_user_id: null, p_endpoint_id: endpointId };
  const [endpoint = null] = await db.call("list_endpoints", args, z.array(EndpointView));
  return endpoint;
}

const EndpointPage = z.object({ docs: z.array(EndpointView), next: z.string().nullable() });

/**
 * The oldest first.
 *
 * @param userId null: everybody's
 * @param after the `next` of the page before; null: from the oldest
 */
export function pageEndpoints(
  db: Database,
  { userId, after, limit }: { userId: string | null; after: string | null; limit: number },
): Promise<z.infer<typeof EndpointPage>> {
  const args = { p_user_id: userId, p_after: after, p_limit: limit };
  return db.call("page_endpoints", args, EndpointPage);
}

const Rotated = z.looseObject({
  endpoint_id: z.string(),
  secret: z.string(),
  /** ISO 8601; until then the secret before signs too. */
  old_expires_at: z.string(),
});

export function rotateEndpointSecret(
  db: Database,
  endpointId: string,
  overlapSeconds: number,
): Promise<z.infer<typeof Rotated>> {
  return db.call(
    "rotate_endpoint_secret",
    { p_endpoint_id: endpointId, p_overlap_seconds: overlapSeconds },
    Rotated,
  );
}

/** `{endpoint_id, was, is_enabled, skipped}` */
export function setEndpointEnabled(
  db: Database,
  endpointId: string,
  { isEnabled, reason }: { isEnabled: boolean; reason: string | null },
): Promise<Facts> {
  return db.call("set_endpoint_enabled", {
    p_endpoint_id: endpointId,
    p_is_enabled: isEnabled,
    p_reason: reason,
  }, Facts);
}

export function deleteEndpoint(db: Database, endpointId: string): Promise<Facts> {
  return db.call("delete_endpoint", { p_endpoint_id: endpointId }, Facts);
}

const Tested = z.looseObject({ delivery_id: z.string(), webhook_id: z.string() });

/** Queues an `endpoint.test`. */
export function testEndpoint(db: Database, endpointId: string): Promise<z.infer<typeof Tested>> {
  return db.call("test_endpoint", { p_endpoint_id: endpointId }, Tested);
}
