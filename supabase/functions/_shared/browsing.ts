import { z } from "zod";
import type { Database } from "./database.ts";

/*
 * One typed wrapper for each SQL function that a console reads through webhook-manage: pages of
 * films, callbacks, deliveries and errors, and the figures beside them. Nothing here changes anything.
 */

/** What only people read: its shape is the SQL function's. */
const Facts = z.record(z.string(), z.unknown());
type Facts = z.infer<typeof Facts>;

const Page = z.object({
  docs: z.array(Facts),
  /** Where the next page begins; null: this one was the last. */
  next: z.string().nullable(),
});
export type Page = z.infer<typeof Page>;

export type PageBounds = {
  /** The `next` of the page before; null: from the newest. */
  before: string | null;
  limit: number;
};

export function listProjects(
  db: Database,
  filter: { statuses?: string[]; user_id?: string; search?: string },
  { before, limit }: PageBounds,
): Promise<Page> {
  return db.call("list_projects", { p_filter: filter, p_before: before, p_limit: limit }, Page);
}

export function pageCallbacks(
  db: Database,
  filter: Partial<Record<"source" | "status" | "outcome" | "project_id" | "request_id", string>>,
  { before, limit }: PageBounds,
): Promise<Page> {
  return db.call("page_callbacks", { p_filter: filter, p_before: before, p_limit: limit }, Page);
}

export function pageDeliveries(
  db: Database,
  filter: Partial<Record<"status" | "type" | "project_id" | "endpoint_id", string>>,
  { before, limit }: PageBounds,
): Promise<Page> {
  return db.call("page_deliveries", { p_filter: filter, p_before: before, p_limit: limit }, Page);
}

export function pageErrors(
  db: Database,
  filter: Partial<Record<"type" | "severity", string>>,
  { before, limit }: PageBounds,
): Promise<Page> {
  return db.call("page_errors", { p_filter: filter, p_before: before, p_limit: limit }, Page);
}

/** With its exact body and every try; null for an unknown id. */
export function browseDelivery(db: Database, deliveryId: string): Promise<Facts | null> {
  return db.call("browse_delivery", { p_delivery_id: deliveryId }, Facts.nullable());
}

/** How many errors of which type, in `buckets` parts of the last `seconds`. */
export function readErrorSeries(
  db: Database,
  { seconds, buckets }: { seconds: number; buckets: number },
): Promise<Facts> {
  return db.call("read_error_series", { p_seconds: seconds, p_buckets: buckets }, Facts);
}

export function readOverview(db: Database): Promise<Facts> {
  return db.call("read_overview", {}, Facts);
}

/** The overview, and the newest films of each column, in one answer. */
export function readBoard(db: Database, limit: number): Promise<Facts> {
  return db.call("read_board", { p_limit: limit }, Facts);
}

/** What is open, what is stuck and why, which invariants are broken; so many of each. */
export function readQueue(db: Database, limit = 100): Promise<Facts> {
  return db.call("read_queue", { p_limit: limit }, Facts);
}
