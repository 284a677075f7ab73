import { z } from "zod";
import { signHex } from "../supabase/functions/_shared/signatures/hex_hmac.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { quantile } from "./figures.ts";
import { readOptions } from "./read_options.ts";

const HELP = `deno task bench duplicates [--callbacks N]

How long a door takes for a callback that it sees for the first time, and for the same one again. The
callbacks complete a worker's own chunk: of all first deliveries the one with the least to do.

  --callbacks  300`;

const WARM_UP = 30;
const Answer = z.looseObject({ outcome: z.string() });

/** Prints medians and 99th percentiles in milliseconds, and the ratio of the medians. */
export async function main(args: string[]): Promise<void> {
  if (args.includes("--help")) {
    console.log(HELP);
    return;
  }
  const { callbacks = 300 } = readOptions(args, ["callbacks"]);
  await using cleanup = new AsyncDisposableStack();
  const stack = await startStack({ apiPort: 0, dbPort: 0 });
  cleanup.defer(() => stack.stop());
  const ids = Array.from({ length: callbacks + WARM_UP }, (_, n) => `bench-${n}`);
  for (const request_id of ids) {
    await stack.sql`
      insert into public.video_chunks (request_id, status) values (${request_id}, 'SUBMITTED')`;
  }

  const firsts: number[] = [];
  const repeats: number[] = [];
  for (const [n, id] of ids.entries()) {
    const first = await deliver(stack, id, "applied");
    const repeat = await deliver(stack, id, "duplicate");
    if (n < WARM_UP) continue;
    firsts.push(first);
    repeats.push(repeat);
  }

  const [first, repeat] = [figures(firsts), figures(repeats)];
  console.log(`first delivery  median ${first.median} ms, p99 ${first.p99} ms`);
  console.log(`duplicate       median ${repeat.median} ms, p99 ${repeat.p99} ms`);
  console.log(`a duplicate takes ${(repeat.median / first.median).toFixed(2)} of a first delivery`);
}

async function deliver(
  { apiUrl, env }: Stack,
  request_id: string,
  expected: string,
): Promise<number> {
  const payload = { video: { url: "https://media.example.com/clip.mp4" } };
  const body = JSON.stringify({ request_id, status: "OK", payload });
  const secret = env.FAL_WEBHOOK_SECRET ?? "";
  const since = performance.now();
  const answer = await fetch(`${apiUrl}/functions/v1/fal-webhook`, {
    method: "POST",
    headers: { "x-webhook-signature": signHex(body, secret) },
    body,
  });
  const { outcome } = Answer.parse(await answer.json());
  const took = performance.now() - since;
  if (outcome !== expected) throw new Error(`Cannot measure: ${outcome}, not ${expected}`);
  return took;
}

function figures(times: number[]): { median: number; p99: number } {
  const at = (share: number) => Number(quantile(times, share).toFixed(2));
  return { median: at(0.5), p99: at(0.99) };
}
