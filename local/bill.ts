import { z } from "zod";
import type { Sql } from "postgres";
import type { BillLine, FalRequest } from "./simulators/fal/account.ts";

/** One thing that somebody outside would ask money for. */
export type Charge = { what: string; usd: number | null };

/** What is composed, in milliseconds. */
const Tracks = z.array(z.object({
  keyframes: z.array(z.object({ timestamp: z.number(), duration: z.number() })),
}));

/** Calls to the language model that one storyboard may take; its price is for all of them. */
const CALLS_A_STORYBOARD = 3;

/**
 * What the simulators would ask money for, at the prices of private.prices: clips by the seconds
 * that were ordered, frames by those of their clip. Null: no price is known.
 */
export async function chargesOf(
  sql: Sql,
  { bill, requests, storyboardCalls }: {
    bill: readonly BillLine[];
    requests: readonly FalRequest[];
    storyboardCalls: number;
  },
): Promise<Charge[]> {
  const rows = await sql<{ model: string; second: number | null; call: number | null }[]>`
    select distinct model, usd_per_second::float8 as second, usd_per_call::float8 as call
    from private.prices`;
  const cost = (model: string, seconds: number): number | null => {
    const price = rows.find((row) => row.model === model);
    return price ? (price.call ?? 0) + (price.second ?? 0) * seconds : null;
  };
  const storyboard = (cost("openai", 0) ?? 0) / CALLS_A_STORYBOARD;

  return [
    ...bill.map(({ endpoint, input }) => ({
      what: endpoint,
      usd: cost(endpoint, secondsOf(input, requests)),
    })),
    ...Array.from({ length: storyboardCalls }, () => ({ what: "storyboard", usd: storyboard })),
  ];
}

/** The sum; null where something in it has no price. */
export function sumOf(charges: readonly Charge[]): number | null {
  return charges.reduce<number | null>(
    (sum, { usd }) => sum === null || usd === null ? null : sum + usd,
    0,
  );
}

function secondsOf(input: Record<string, unknown>, requests: readonly FalRequest[]): number {
  const composed = Tracks.safeParse(input.tracks).data;
  if (composed) {
    const ends = composed.flatMap(({ keyframes }) =>
      keyframes.map((one) => one.timestamp + one.duration)
    );
    return Math.max(0, ...ends) / 1000;
  }
  const own = parseFloat(String(input.duration ?? ""));
  if (!Number.isNaN(own)) return own;
  const made = requests.find(({ result }) =>
    typeof input.video_url === "string" && JSON.stringify(result?.body)?.includes(input.video_url)
  );
  return parseFloat(String(made?.input.duration ?? "0"));
}
