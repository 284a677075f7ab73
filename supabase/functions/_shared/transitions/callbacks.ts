import * as z from "zod";
import type { Database } from "../database.ts";
import type { Failure, Output } from "./results.ts";

/** What a callback says, in our words. */
export type CallbackResult = {
  /** `unread`: done, but the result has to be fetched from the provider. */
  state: "completed" | "failed" | "cancelled" | "in_progress" | "unread";
  request_id: string | null;
  scene_id: string | null;
  project_id: string | null;
  /** The sender's job ids are its own: what the project's stitching waits for is meant. */
  by_project?: boolean;
  output: Output;
  error: Failure | null;
  /** 0..100, with `in_progress`. */
  progress: number | null;
  metadata: Record<string, unknown>;
};

export type Callback = {
  source: string;
  /** The id that the sender signed (`webhook-id`); null: the body's digest stands in. */
  delivery_id: string | null;
  /** The attempt's token from the callback URL. */
  token: string | null;
  /** `generation.completed`, `task.failed`, `extraction.completed`, `stitch.completed`, ... */
  type: string;
  /** Curated: no credential, no signature. */
  headers: Record<string, string>;
  /** The bytes as they came, base64. */
  raw_body: string;
  /** Null where jsonb cannot hold it. */
  data: unknown;
  /** Set when the body is malformed: what is wrong with it. `result` is null then. */
  malformed: string | null;
  result: CallbackResult | null;
};

export const ReceivedCallback = z.object({
  outcome: z.enum(["applied", "duplicate", "stale", "buffered", "unknown", "malformed", "error"]),
  webhook_log_id: z.string(),
  chunk_updated: z.boolean(),
  scene_updated: z.boolean(),
  last_frame_triggered: z.boolean(),
  next_scene_triggered: z.boolean(),
  project_updated: z.boolean(),
  user_notified: z.boolean(),
  final_video_url: z.string().nullable(),
});
export type ReceivedCallback = z.infer<typeof ReceivedCallback>;

/** Records a verified callback and applies it. Outcome `error`: recorded, to be answered with 500. */
export function receiveCallback(db: Database, callback: Callback): Promise<ReceivedCallback> {
  return db.call("receive_callback", { p_callback: callback }, ReceivedCallback);
}

/**
 * Has fal asked about a request at once; true where it would not have been asked already.
 *
 * @param token the attempt's, from the callback URL
 */
export function hintAttempt(
  db: Database,
  requestId: string,
  { token }: { token: string | null },
): Promise<boolean> {
  return db.call("hint_attempt", { p_token: token, p_request_id: requestId }, z.boolean());
}
