import * as z from "zod";
import type { Database } from "../database.ts";
import { Facts, Page, type PageBounds } from "./facts.ts";

/*
 * Deliveries as whoever is on call reads and sends them again. What changes something raises RL400,
 * RL404 or RL409 with a sentence for people.
 */

/** What is absent filters nothing. */
export type DeliveryFilter = {
  status?: string;
  endpoint_id?: string;
  project_id?: string;
  type?: string;
};

export function listDeliveries(
  db: Database,
  filter: DeliveryFilter,
  limit: number,
): Promise<Facts[]> {
  return db.call("list_deliveries", { p_filter: filter, p_limit: limit }, z.array(Facts));
}

/** With its body and each of its tries; null for an unknown id. */
export function readDelivery(db: Database, deliveryId: string): Promise<Facts | null> {
  return db.call("read_delivery", { p_delivery_id: deliveryId }, Facts.nullable());
}

export function pageDeliveries(
  db: Database,
  filter: DeliveryFilter,
  { before, limit }: PageBounds,
): Promise<Page> {
  return db.call("page_deliveries", { p_filter: filter, p_before: before, p_limit: limit }, Page);
}

/** With its exact body and every try; null for an unknown id. */
export function browseDelivery(db: Database, deliveryId: string): Promise<Facts | null> {
  return db.call("browse_delivery", { p_delivery_id: deliveryId }, Facts.nullable());
}

export function replayDelivery(db: Database, deliveryId: string): Promise<Facts> {
  return db.call("replay_delivery", { p_delivery_id: deliveryId }, Facts);
}

/** Times are ISO 8601, of queueing; without statuses: what is dead or skipped. */
export type ReplayFilter = Omit<DeliveryFilter, "status"> & {
  statuses?: ("dead" | "delivered" | "filtered" | "skipped")[];
  user_id?: string;
  from?: string;
  to?: string;
};

const Replayed = z.looseObject({
  matched: z.number(),
  replayed: z.number(),
  remaining: z.number(),
});

/** Sends again what fits, under the same webhook-ids; `isDry` only counts. */
export function replayDeliveries(
  db: Database,
  filter: ReplayFilter,
  { limit, perSecond, isDry }: { limit: number; perSecond: number; isDry: boolean },
): Promise<z.infer<typeof Replayed>> {
  return db.call("replay_deliveries", {
    p_filter: filter,
    p_limit: limit,
    p_per_second: perSecond,
    p_is_dry: isDry,
  }, Replayed);
}

export function redriveDelivery(db: Database, deliveryId: string): Promise<Facts> {
  return db.call("redrive_delivery", { p_delivery_id: deliveryId }, Facts);
}

/** `{redriven, remaining}` */
export function redriveDeliveries(
  db: Database,
  { from, to, limit }: { from: string | null; to: string | null; limit: number },
): Promise<Facts> {
  return db.call("redrive_deliveries", { p_from: from, p_to: to, p_limit: limit }, Facts);
}
