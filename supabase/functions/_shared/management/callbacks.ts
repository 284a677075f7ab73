import * as z from "zod";
import type { Database } from "../database.ts";
import { Facts, Page, type PageBounds } from "./facts.ts";

/*
 * Callbacks as whoever is on call reads and replays them. What changes something raises
 * RL400, RL404 or RL409 with a sentence for people.
 */

export function listCallbacks(
  db: Database,
  by: { source: string | null; status: string | null },
): Promise<Facts[]> {
  return db.call("list_callbacks", { p_source: by.source, p_status: by.status }, z.array(Facts));
}

const CallbackRecord = z.looseObject({
  /** Base64. */
  raw_body: z.string(),
});

/** Null for an unknown id. */
export function readCallback(
  db: Database,
  webhookLogId: string,
): Promise<z.infer<typeof CallbackRecord> | null> {
  return db.call("read_callback", { p_webhook_log_id: webhookLogId }, CallbackRecord.nullable());
}

export const Replayed = z.object({
  webhook_log_id: z.string(),
  /** The row's status before. A `success` is a duplicate, and nothing was changed. */
  was: z.enum(["success", "pending", "error"]),
  status: z.enum(["success", "pending", "error"]),
  outcome: z.enum(["applied", "duplicate", "stale", "buffered", "unknown", "error"]),
  error: z.string().nullable(),
  retry_count: z.number(),
});
export type Replayed = z.infer<typeof Replayed>;

export function replayCallback(db: Database, webhookLogId: string): Promise<Replayed> {
  return db.call("replay_callback", { p_webhook_log_id: webhookLogId }, Replayed);
}

/** Null leaves a filter out; times are ISO 8601, of arrival. */
export type ReplayFilter = {
  source: string | null;
  status: "error" | "pending";
  from: string | null;
  to: string | null;
};

const Replayable = z.object({ matched: z.number(), ids: z.array(z.string()) });
export type Replayable = z.infer<typeof Replayable>;

/** How many callbacks behind `after` fit, and the ids of the oldest `limit` of them. */
export function replayableCallbacks(
  db: Database,
  { source, status, from, to }: ReplayFilter,
  { after, limit }: { after: string | null; limit: number },
): Promise<Replayable> {
  return db.call("replayable_callbacks", {
    p_source: source,
    p_status: status,
    p_from: from,
    p_to: to,
    p_after: after,
    p_limit: limit,
  }, Replayable);
}

export function pageCallbacks(
  db: Database,
  filter: Partial<Record<"source" | "status" | "outcome" | "project_id" | "request_id", string>>,
  { before, limit }: PageBounds,
): Promise<Page> {
  return db.call("page_callbacks", { p_filter: filter, p_before: before, p_limit: limit }, Page);
}
