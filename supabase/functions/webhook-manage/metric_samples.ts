import { SLOTS } from "../_shared/door_counts.ts";
import type { DoorSums } from "./door_figures.ts";
import type { Family, Sample } from "./prometheus_text.ts";

/** Milliseconds; absent where nothing was measured. */
type Span = Partial<Record<"p50" | "p95" | "p99", number | null>>;

export function histogram(labels: Record<string, string>, sums: DoorSums): Sample[] {
  let below = 0;
  const buckets = SLOTS.map((end) => {
    below += sums.requests_by_ms[end] ?? 0;
    return { labels: { ...labels, le: `${end / 1000}` }, value: below, suffix: "_bucket" };
  });
  const count = Object.values(sums.requests_by_ms).reduce((all, n) => all + n, 0);
  return [
    ...buckets,
    { labels: { ...labels, le: "+Inf" }, value: count, suffix: "_bucket" },
    { labels, value: sums.ms_total / 1000, suffix: "_sum" },
    { labels, value: count, suffix: "_count" },
  ];
}

export function gauge(name: string, help: string, samples: Sample[]): Family {
  return { name: `reelay_${name}`, help, type: "gauge", samples };
}

export function counted(
  label: string,
  counts: Record<string, number>,
  labels: Record<string, string> = {},
): Sample[] {
  return Object.entries(counts).map(([key, value]) => ({
    labels: { ...labels, [label]: key },
    value,
  }));
}

export function quantiles(
  labels: Record<string, string>,
  { p50, p95, p99 }: Span,
): Sample[] {
  const of = { "0.5": p50, "0.95": p95, "0.99": p99 };
  return Object.entries(of).map(([quantile, ms]) => ({
    labels: { ...labels, quantile },
    value: typeof ms === "number" ? ms / 1000 : null,
  }));
}
