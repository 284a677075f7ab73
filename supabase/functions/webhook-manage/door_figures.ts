import * as z from "zod";
import { SLOTS } from "../_shared/door_counts.ts";

/** What a door answered, as the database sums it up. */
export const DoorSums = z.object({
  by_status: z.record(z.string(), z.number()),
  ms_total: z.number(),
  /** `{"5": 3, "more": 1}`: requests that took at most so long, each in one slot. */
  requests_by_ms: z.record(z.string(), z.number()),
});
export type DoorSums = z.infer<typeof DoorSums>;

export const DoorFigures = z.object({
  requests: z.number(),
  by_status: z.record(z.string(), z.number()),
  success_rate: z.number().nullable()
    .meta({ description: "2xx and 304 among answers to those who were let in" }),
  latency_ms: z.object({
    p50: z.number().nullable(),
    p95: z.number().nullable(),
    p99: z.number().nullable(),
  }).meta({ description: "From receiving to answering, within the slots that are counted" }),
  limit_hits: z.number().meta({ description: "429: limits, and floods of failed signatures" }),
});
export type DoorFigures = z.infer<typeof DoorFigures>;

/** Answers that nobody gets who was let in, or that a limit gave. */
const NOT_LET_IN = new Set(["401", "404", "405", "408", "413", "429"]);

export function doorFigures({ by_status, requests_by_ms }: DoorSums): DoorFigures {
  const answers = Object.entries(by_status);
  const letIn = answers.filter(([status]) => !NOT_LET_IN.has(status));
  const sound = letIn.filter(([status]) => status.startsWith("2") || status === "304");
  const rate = sum(letIn) === 0 ? null : round(sum(sound) / sum(letIn), 4);
  const at = (share: number) => percentile(share, requests_by_ms);

  return {
    requests: sum(answers),
    by_status,
    success_rate: rate,
    latency_ms: { p50: at(0.5), p95: at(0.95), p99: at(0.99) },
    limit_hits: by_status["429"] ?? 0,
  };
}

/** Straight within its slot, as Prometheus has it; in the last one, its lower end. */
function percentile(share: number, byMs: Record<string, number>): number | null {
  const wanted = share * sum(Object.entries(byMs));
  if (wanted === 0) return null;
  let before = 0;
  let from = 0;
  for (const end of SLOTS) {
    const inside = byMs[end] ?? 0;
    if (before + inside >= wanted) {
      return round(from + (end - from) * (wanted - before) / inside, 1);
    }
    before += inside;
    from = end;
  }
  return from;
}

function sum(entries: [string, number][]): number {
  return entries.reduce((all, [, n]) => all + n, 0);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
