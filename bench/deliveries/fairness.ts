import { z } from "zod";
import type { startStack } from "../../local/stack.ts";
import type { Receiver } from "./receiver.ts";

const ENDPOINTS = 100;
/** What waits for the dead endpoint already, when a round begins. */
const QUEUE = 200;
/** Milliseconds between two inserts. */
const BEAT = 50;

const Body = z.object({ data: z.object({ endpoint: z.number(), queued_at: z.number() }) });

type Stack = Awaited<ReturnType<typeof startStack>>;
type Options = { seconds: number; rate: number; rounds: number };

/** Prints the 99th percentile of those that are well, without and beside a dead endpoint. */
export async function measureFairness(
  stack: Stack,
  receiver: Receiver,
  { seconds, rate, rounds }: Options,
): Promise<void> {
  await stack.sql`
    insert into private.endpoints (endpoint_id, user_id, url)
    select 'ep_' || n, 'bench', ${receiver.url} || '/' || n from generate_series(1, ${ENDPOINTS}) as n`;
  await stack.sql`
    insert into private.endpoint_secrets (endpoint_id, secret)
    select 'ep_' || n, 'whsec_' || encode(extensions.gen_random_bytes(32), 'base64')
    from generate_series(1, ${ENDPOINTS}) as n`;

  const all: Record<"none" | "one", number[]> = { none: [], one: [] };
  for (let round = 0; round < rounds; round++) {
    for (const dead of ["none", "one"] as const) {
      const url = `${dead === "one" ? receiver.deadUrl : receiver.url}/${ENDPOINTS}`;
      await stack
        .sql`update private.endpoints set url = ${url} where endpoint_id = ${`ep_${ENDPOINTS}`}`;
      if (dead === "one") await queue(stack, new Array<number>(QUEUE).fill(ENDPOINTS));
      const waits = await measureRound(stack, receiver, { seconds, rate });
      all[dead].push(...waits);
      console.log(
        `${dead} of ${ENDPOINTS} endpoints dead: ${waits.length} deliveries to the others, median ` +
          `${percentile(waits, 0.5)} ms, p99 ${percentile(waits, 0.99)} ms`,
      );
      await stack.sql`
        update public.webhook_deliveries set status = 'skipped', claim_token = null
        where status in ('pending', 'delivering')`;
      await stack.sql`delete from private.delivery_lanes`;
    }
  }
  const p99 = (waits: number[]) => percentile(waits.sort((a, b) => a - b), 0.99);
  console.log(
    `p99 over all rounds: ${p99(all.none)} ms with none dead, ${p99(all.one)} ms with one, ratio ` +
      (p99(all.one) / p99(all.none)).toFixed(2),
  );
}

/** Milliseconds from being queued to arriving, sorted, of all endpoints but the last. */
async function measureRound(
  stack: Stack,
  receiver: Receiver,
  { seconds, rate }: Omit<Options, "rounds">,
): Promise<number[]> {
  receiver.forget();
  const perBeat = Math.round(rate * BEAT / 1000);
  let next = 0;
  let expected = 0;
  for (const until = Date.now() + seconds * 1000; Date.now() < until;) {
    const beat = new Promise((resolve) => setTimeout(resolve, BEAT));
    const endpoints = Array.from({ length: perBeat }, () => 1 + next++ % ENDPOINTS);
    expected += endpoints.filter((n) => n < ENDPOINTS).length;
    await queue(stack, endpoints);
    await beat;
  }
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    if (waitsOf(receiver).length >= expected) break;
    await new Promise((resolve) => setTimeout(resolve, BEAT));
  }
  const waits = waitsOf(receiver);
  if (waits.length < expected) throw new Error(`${expected - waits.length} did not arrive`);
  return waits.sort((a, b) => a - b);
}

function waitsOf({ seen }: Receiver): number[] {
  return seen.flatMap(({ body, at }) => {
    const { endpoint, queued_at } = Body.parse(JSON.parse(body)).data;
    return endpoint < ENDPOINTS ? [at - queued_at] : [];
  });
}

async function queue({ sql }: Stack, endpoints: number[]): Promise<void> {
  const data = (endpoint: number) => ({ endpoint, queued_at: Date.now() });
  const rows = endpoints.map((n) => ({
    endpoint_id: `ep_${n}`,
    type: "endpoint.test",
    url: "https://not.used",
    body: JSON.stringify({ type: "endpoint.test", data: data(n) }),
  }));
  await sql`insert into public.webhook_deliveries ${sql(rows)}`;
}

function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
