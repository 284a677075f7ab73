import * as z from "zod/mini";
import { Event } from "./event.ts";
import { facts, next, number, text, time } from "./fields.ts";

export const Callback = z.object({
  webhook_log_id: z.string(),
  webhook_id: z.string(),
  source: z.string(),
  type: z.string(),
  status: z.string(),
  outcome: text,
  request_id: text,
  project_id: text,
  attempt_id: text,
  error: text,
  retry_count: z.number(),
  duplicate_count: z.number(),
  duration_ms: number,
  received_at: z.string(),
  processed_at: time,
  is_token_wrong: z.nullish(z.boolean()),
  is_malformed: z.nullish(z.boolean()),
});
export type Callback = z.infer<typeof Callback>;
export const CallbackPage = z.object({ docs: z.array(Callback), next });

export const CallbackDetail = z.extend(Callback, {
  data: z.unknown(),
  headers: facts,
  result: z.unknown(),
  raw_text: text,
  raw_body: z.string(),
  timeline: z.array(Event),
});
export type CallbackDetail = z.infer<typeof CallbackDetail>;
