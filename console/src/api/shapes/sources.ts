import * as z from "zod/mini";
import { number, text, time } from "./fields.ts";

export const Source = z.looseObject({
  name: z.string(),
  scheme: z.string(),
  secret_name: text,
  secret_in: text,
  handler_kind: text,
  handler_target: text,
  rate_limit: number,
  is_enabled: z.boolean(),
  is_configured: z.nullish(z.boolean()),
});
export type Source = z.infer<typeof Source>;
export const Sources = z.object({ sources: z.array(Source) });

/** Whatever an installation with standing endpoints says of one. */
export const Endpoint = z.looseObject({
  endpoint_id: z.string(),
  user_id: text,
  url: text,
  description: text,
  events: z.nullish(z.array(z.string())),
  is_enabled: z.boolean(),
  disable_reason: text,
  failing_since: time,
  held_until: time,
  open: number,
  is_ordered: z.nullish(z.boolean()),
  batch_size: number,
  max_per_second: number,
  max_in_flight: number,
});
export type Endpoint = z.infer<typeof Endpoint>;
export const Endpoints = z.object({
  endpoints: z.array(Endpoint),
  /** Where the next page begins. */
  next: text,
});
