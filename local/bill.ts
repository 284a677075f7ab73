import { z } from "zod";
import type { Sql } from "postgres";
import type { BillLine, FalRequest } from "./simulators/fal/account.ts";

/** One thing that somebody outside would ask money for. */
export type Charge = { what: string; usd: number | null };

type Price = {
  model: string;
  second: number | null;
  call: number | null;
  character: number | null;
};

/** What is composed, in milliseconds. */
const Tracks = z.array(z.object({
  keyframes: z.array(z.object({ timestamp: z.number(), duration: z.number() })),
}));

/** Calls to the language model that one storyboard may take; its price is for all of them. */
const CALLS_A_STORYBOARD = 3;

/**
 * What the simulators would ask money for, at the prices of private.prices: clips by the seconds
 * that were ordered, frames by those of their clip, voices by their characters. Null: no price is
 * known.
 */
export async function chargesOf(
  sql: Sql,
  { bill, requests, storyboardCalls }: {
    bill: readonly BillLine[];
    requests: readonly FalRequest[];
    storyboardCalls: number;
  },
): Promise<Charge[]> {
  const rows = await sql<Price[]>`
    select distinct model, usd_per_second::float8 as second, usd_per_call::float8 as call,
      usd_per_character::float8 as character
    from private.prices`;
  const cost = (model: string, seconds: number, characters = 0): number | null => {
    const price = rows.find((row) => row.model === model);
    if (!price) return null;
    const { second, call, character } = price;
    return (call ?? 0) + (second ?? 0) * seconds + (character ?? 0) * characters;
  };
  const storyboard = (cost("openai", 0) ?? 0) / CALLS_A_STORYBOARD;

  return [
    ...bill.map(({ endpoint, input }) => ({
      what: endpoint,
      usd: cost(endpoint, secondsOf(input, requests), charactersOf(input)),
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
  const own = parseFloat(String(input.duration ?? input.seconds_total ?? ""));
  if (!Number.isNaN(own)) return own;
  if (typeof input.music_length_ms === "number") return input.music_length_ms / 1000;
  const made = requests.find(({ result }) =>
    typeof input.video_url === "string" && JSON.stringify(result?.body)?.includes(input.video_url)
  );
  return parseFloat(String(made?.input.duration ?? "0"));
}

/** What fal speaks is called either; characters as Postgres counts them. */
function charactersOf({ text, prompt }: Record<string, unknown>): number {
  return [...String(text ?? prompt ?? "")].length;
}
