import { z } from "zod";
import type { Series } from "../case.ts";
import { quantile } from "../figures.ts";
import type { Stack } from "../../local/stack.ts";
import type { Receiver } from "./receiver.ts";
import { pause } from "../../supabase/functions/_shared/pause.ts";

const ENDPOINTS = 100;
/** What waits for the dead endpoint already, when a round begins. */
const QUEUE = 200;
/** Milliseconds between two inserts. */
const BEAT = 50;

const Body = z.object({ data: z.object({ endpoint: z.number(), queued_at: z.number() }) });

type Options = { seconds: number; rate: number; rounds: number; say: (line: string) => void };
type Dead = "none" | "one";

/** Median and 99th percentile of those that are well, a round, without and beside a dead endpoint. */
export async function measureFairness(
  stack: Stack,
  receiver: Receiver,
  { seconds, rate, rounds, say }: Options,
): Promise<{ p99: Record<Dead, number[]>; series: Series[] }> {
  await addEndpoints(stack, receiver);
  const median: Record<Dead, number[]> = { none: [], one: [] };
  const p99: Record<Dead, number[]> = { none: [], one: [] };
  const kinds: Dead[] = ["none", "one"];

  for (let round = -1; round < rounds; round++) {
    say(round < 0 ? "warming up" : `fairness, round ${round + 1} of ${rounds}`);
    for (const dead of round % 2 === 0 ? kinds : kinds.toReversed()) {
      const url = `${dead === "one" ? receiver.deadUrl : receiver.url}/${ENDPOINTS}`;
      await stack
        .sql`update private.endpoints set url = ${url} where endpoint_id = ${`ep_${ENDPOINTS}`}`;
      if (dead === "one") await queue(stack, new Array<number>(QUEUE).fill(ENDPOINTS));
      const waits = await measureRound(stack, receiver, { seconds, rate });
      await forget(stack, receiver);
      if (round < 0) continue;
      median[dead].push(quantile(waits, 0.5));
      p99[dead].push(quantile(waits, 0.99));
    }
  }
  const series = Object.entries({ median, p99 }).flatMap(([what, by]) =>
    kinds.map((dead) => ({
      name: `${what}, ${dead} of ${ENDPOINTS} dead`,
      unit: "ms",
      values: by[dead],
    }))
  );
  return { p99, series };
}

async function addEndpoints({ sql }: Stack, { url }: Receiver): Promise<void> {
  await sql`
    insert into private.endpoints (endpoint_id, user_id, url)
    select 'ep_' || n, 'bench', ${url} || '/' || n from generate_series(1, ${ENDPOINTS}) as n`;
  await sql`
    insert into private.endpoint_secrets (endpoint_id, secret)
    select 'ep_' || n, 'whsec_' || encode(extensions.gen_random_bytes(32), 'base64')
    from generate_series(1, ${ENDPOINTS}) as n`;
}

/**
 * What one round leaves behind is nothing to the next: what hangs at the dead endpoint is answered,
 * lest it should hold the runner's slots for 15 seconds. The runner is still at work: rows that it
 * holds are passed over until it has let go of them, because to wait for several is a deadlock.
 */
async function forget({ sql }: Stack, receiver: Receiver): Promise<void> {
  for (let left = true; left;) {
    receiver.release();
    await sql`
      update public.webhook_deliveries set status = 'skipped', claim_token = null
      where delivery_id in (
        select delivery_id from public.webhook_deliveries
        where status in ('pending', 'delivering') for update skip locked
      )`;
    await sql`
      delete from private.delivery_lanes
      where lane in (select lane from private.delivery_lanes for update skip locked)`;
    const [row] = await sql`
      select exists (select from private.delivery_lanes) or exists (
        select from public.webhook_deliveries where status in ('pending', 'delivering')
      ) as left`;
    left = row?.left;
    if (left) await pause(BEAT);
  }
}

/** Milliseconds from being queued to arriving, of all endpoints but the last. */
async function measureRound(
  stack: Stack,
  receiver: Receiver,
  { seconds, rate }: Pick<Options, "seconds" | "rate">,
): Promise<number[]> {
  receiver.forget();
  const perBeat = Math.round(rate * BEAT / 1000);
  let next = 0;
  let expected = 0;
  for (const until = Date.now() + seconds * 1000; Date.now() < until;) {
    const beat = pause(BEAT);
    const endpoints = Array.from({ length: perBeat }, () => 1 + next++ % ENDPOINTS);
    expected += endpoints.filter((n) => n < ENDPOINTS).length;
    await queue(stack, endpoints);
    await beat;
  }
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    if (waitsOf(receiver).length >= expected) break;
    await pause(BEAT);
  }
  const waits = waitsOf(receiver);
  if (waits.length < expected) throw new Error(`${expected - waits.length} did not arrive`);
  return waits;
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
