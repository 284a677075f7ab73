import * as z from "zod";
import { DOOR_NAMES } from "../_shared/credentials.ts";
import type { Health } from "../_shared/management/figures.ts";
import { DoorSums } from "./door_figures.ts";
import { counted, gauge, histogram, quantiles } from "./metric_samples.ts";
import type { Family, Sample } from "./prometheus_text.ts";

const Counts = z.record(z.string(), z.number());
const Rate = z.number().nullish();
const Span = z.object({ p50: Rate, p95: Rate, p99: Rate });

/** What `read_metrics` tells; a database of an earlier release tells less. */
export const Metrics = z.object({
  doors: z.record(z.string(), DoorSums).default({}),
  doors_ever: z.record(z.string(), DoorSums).default({}),
  callbacks: z.record(
    z.string(),
    z.object({
      by_outcome: Counts,
      repeated_deliveries: z.number(),
      success_rate: Rate,
      duration_ms: Span,
    }),
  ),
  deliveries: z.object({
    by_status: Counts,
    tries: z.number(),
    success_rate: Rate,
    duration_ms: Span,
  }),
  steps: z.object({
    by_kind: z.record(z.string(), Counts),
    oldest_due: z.object({ overdue_s: z.number() }).nullable(),
    attempts: Counts,
  }),
  providers: z.array(z.object({
    name: z.string(),
    is_paused: z.boolean(),
    held_until: z.string().nullish(),
    in_flight: z.number(),
  })),
  projects: Counts,
  errors: Counts.default({}),
  rate_limit_hits: Counts.default({}),
});
export type Metrics = z.infer<typeof Metrics>;

/**
 * What alerts see rise is told as 0 before it first happens: a series that begins at 300 has not risen.
 */
const NO_ANSWERS = { "401": 0, "500": 0, "503": 0 };
const NO_FILMS = { failed: 0 };
const DOORS: readonly string[] = [...DOOR_NAMES, "webhook-manage"];

/**
 * The figures as Prometheus keeps them: counters since ever for doors, gauges for what the database
 * counts over the window that was asked for, because rows are deleted in time.
 *
 * @param seconds the window's
 */
export function metricFamilies(
  metrics: Metrics,
  { checks }: Pick<Health, "checks">,
  seconds: number,
): Family[] {
  return [
    ...doorFamilies(metrics.doors_ever),
    gauge(
      "check_failing",
      "1: that check of /health fails",
      Object.entries(checks).map(([check, { ok }]) => ({ labels: { check }, value: ok ? 0 : 1 })),
    ),
    gauge("window_seconds", "What the gauges that count something count it over", [{
      value: seconds,
    }]),
    ...callbackFamilies(metrics.callbacks),
    ...deliveryFamilies(metrics.deliveries),
    ...workFamilies(metrics),
    gauge("errors", "Rows of error_logs in the window", counted("type", metrics.errors)),
    gauge(
      "rate_limit_hits",
      "Verified requests that a limit refused in the window",
      counted("limit", metrics.rate_limit_hits),
    ),
  ];
}

function doorFamilies(doors: Metrics["doors_ever"]): Family[] {
  return [
    {
      name: "reelay_door_requests_total",
      help: "Requests that a door answered, by status",
      type: "counter",
      samples: [...new Set([...DOORS, ...Object.keys(doors)])].flatMap((door) =>
        counted("status", { ...NO_ANSWERS, ...doors[door]?.by_status }, { door })
      ),
    },
    {
      name: "reelay_door_request_duration_seconds",
      help: "From receiving a request to answering it",
      type: "histogram",
      samples: Object.entries(doors).flatMap(([door, sums]) => histogram({ door }, sums)),
    },
  ];
}

function callbackFamilies(callbacks: Metrics["callbacks"]): Family[] {
  const each = (samples: (source: string, of: Metrics["callbacks"][string]) => Sample[]) =>
    Object.entries(callbacks).flatMap(([source, of]) => samples(source, of));
  return [
    gauge(
      "callbacks",
      "Callbacks recorded in the window, by source and outcome",
      each((source, { by_outcome }) => counted("outcome", by_outcome, { source })),
    ),
    gauge(
      "callbacks_repeated",
      "Deliveries of callbacks recorded in the window that had been seen before",
      each((source, of) => [{ labels: { source }, value: of.repeated_deliveries }]),
    ),
    gauge(
      "callback_success_ratio",
      "Callbacks of the window that were processed; 1: all",
      each((source, of) => [{ labels: { source }, value: of.success_rate ?? null }]),
    ),
    gauge(
      "callback_duration_seconds",
      "What the database took to apply callbacks of the window",
      each((source, of) => quantiles({ source }, of.duration_ms)),
    ),
  ];
}

function deliveryFamilies({ by_status, tries, success_rate, duration_ms }: Metrics["deliveries"]) {
  return [
    gauge("deliveries", "Deliveries open, or ended in the window", counted("status", by_status)),
    gauge("delivery_tries", "Tries to deliver in the window", [{ value: tries }]),
    gauge("delivery_success_ratio", "Tries in the window that clients took; 1: all", [
      { value: success_rate ?? null },
    ]),
    gauge("delivery_duration_seconds", "What clients took to answer", quantiles({}, duration_ms)),
  ];
}

function workFamilies({ steps, providers, projects }: Metrics): Family[] {
  const each = (value: (provider: Metrics["providers"][number]) => number) =>
    providers.map((one) => ({ labels: { provider: one.name }, value: value(one) }));
  return [
    gauge(
      "steps",
      "Steps open, or ended in the window",
      Object.entries(steps.by_kind).flatMap(([kind, of]) => counted("status", of, { kind })),
    ),
    gauge("oldest_due_step_seconds", "How long the oldest due step has been so; 0: none is", [
      { value: steps.oldest_due?.overdue_s ?? 0 },
    ]),
    gauge(
      "attempts",
      "Attempts that ended in the window, and lost ones",
      counted("status", steps.attempts),
    ),
    gauge("projects", "Films, by status", counted("status", { ...NO_FILMS, ...projects })),
    gauge(
      "provider_in_flight",
      "Steps under way at a provider",
      each(({ in_flight }) => in_flight),
    ),
    gauge(
      "provider_paused",
      "1: an operator paused it",
      each(({ is_paused }) => is_paused ? 1 : 0),
    ),
    gauge("provider_held", "1: held after failures", each(({ held_until }) => held_until ? 1 : 0)),
  ];
}
