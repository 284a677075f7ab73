import type { Story } from "../api/shapes/story.ts";

/** What a film's attempts cost, as private.cost_by_project counts it. */
export function costOf({ steps }: Pick<Story, "steps">): { usd: number; unpriced: number } {
  const cost = { usd: 0, unpriced: 0 };
  for (const step of steps) {
    if (step.kind === "cancel_request") continue;
    for (const { status, actual_cost_usd, estimated_cost_usd, request_id } of step.attempts) {
      const isRefused = status === "failed" && !request_id;
      const usd = actual_cost_usd ?? (isRefused ? 0 : estimated_cost_usd ?? null);
      if (usd !== null) cost.usd += usd;
      else if (request_id) cost.unpriced++;
    }
  }
  return cost;
}
