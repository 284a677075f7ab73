import * as z from "zod/mini";
import { next, number, text, time } from "./fields.ts";

const Try = z.object({
  number: z.number(),
  status_code: number,
  error: text,
  duration_ms: number,
  response_excerpt: text,
  attempted_at: z.string(),
});
export const Delivery = z.object({
  delivery_id: z.string(),
  project_id: text,
  endpoint_id: text,
  /** Of the delivery that it travels in. */
  batch_id: text,
  webhook_id: z.string(),
  type: z.string(),
  url: text,
  status: z.string(),
  attempt_count: z.number(),
  due_at: time,
  status_code: number,
  error: text,
  created_at: z.string(),
  delivered_at: time,
  tries: z.optional(z.array(Try)),
  body: z.optional(z.string()),
});
export type Delivery = z.infer<typeof Delivery>;
export const DeliveryPage = z.object({ docs: z.array(Delivery), next });
