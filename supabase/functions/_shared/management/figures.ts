import * as z from "zod";
import type { Database } from "../database.ts";
import { Facts, Page, type PageBounds } from "./facts.ts";

/* Errors, figures and what is open, as whoever is on call and a console read them. */

export function listErrors(
  db: Database,
  { type, limit }: { type: string | null; limit: number },
): Promise<Facts[]> {
  return db.call("list_errors", { p_type: type, p_limit: limit }, z.array(Facts));
}

export function readErrorStats(db: Database): Promise<Facts> {
  return db.call("read_error_stats", {}, Facts);
}

/** Over the last so many seconds. */
export function readMetrics(db: Database, seconds: number): Promise<Facts> {
  return db.call("read_metrics", { p_seconds: seconds }, Facts);
}

export const Health = z.object({
  is_healthy: z.boolean(),
  is_paused: z.boolean(),
  checks: z.record(z.string(), z.looseObject({ ok: z.boolean() })),
});
export type Health = z.infer<typeof Health>;

export function readHealth(db: Database): Promise<Health> {
  return db.call("read_health", {}, Health);
}

export function pageErrors(
  db: Database,
  filter: Partial<Record<"type" | "severity", string>>,
  { before, limit }: PageBounds,
): Promise<Page> {
  return db.call("page_errors", { p_filter: filter, p_before: before, p_limit: limit }, Page);
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

/** What is open, what is stuck and why, which invariants are broken; a hundred of each at most. */
export function readQueue(db: Database): Promise<Facts> {
  return db.call("read_queue", { p_limit: 100 }, Facts);
}
