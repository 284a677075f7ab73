import * as z from "zod/mini";
import { number, text, time } from "./fields.ts";

export const Provider = z.object({
  name: z.string(),
  is_paused: z.boolean(),
  in_flight: z.number(),
  max_in_flight: number,
  max_in_flight_per_user: number,
  held_until: time,
  hold_reason: text,
  failures_in_a_row: z.number(),
});
export type Provider = z.infer<typeof Provider>;
export const Providers = z.object({ providers: z.array(Provider) });

export const Health = z.object({
  status: z.string(),
  is_paused: z.nullish(z.boolean()),
  checks: z.record(z.string(), z.looseObject({ ok: z.boolean() })),
});
export type Health = z.infer<typeof Health>;

/** What `/metrics` says of doors. */
export const DoorMetrics = z.object({
  doors: z.record(
    z.string(),
    z.object({
      requests: z.number(),
      by_status: z.record(z.string(), z.number()),
      success_rate: z.nullable(z.number()),
      latency_ms: z.object({
        p50: z.nullable(z.number()),
        p95: z.nullable(z.number()),
        p99: z.nullable(z.number()),
      }),
      limit_hits: z.number(),
    }),
  ),
  rate_limit_hits: z.nullish(z.record(z.string(), z.number())),
});
export type DoorMetrics = z.infer<typeof DoorMetrics>;

export const Queue = z.object({
  depth: z.array(z.object({
    what: z.string(),
    status: z.string(),
    provider: text,
    items: z.number(),
    due: z.number(),
    paused: z.number(),
    first_due_at: time,
  })),
  stuck: z.array(
    z.object({ what: z.string(), id: text, project_id: text, since: time, why: text }),
  ),
  broken: z.array(z.object({ invariant: z.string(), id: text })),
});
export type Queue = z.infer<typeof Queue>;
