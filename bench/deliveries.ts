import { Webhook } from "standardwebhooks";
import { signWebhook } from "../supabase/functions/_shared/sign_webhook.ts";
import type { CaseOptions, Outcome } from "./case.ts";
import { type Receiver, startReceiver } from "./deliveries/receiver.ts";
import { measureFairness } from "./deliveries/fairness.ts";
import { median, ratio } from "./figures.ts";
import { interleave } from "./rounds.ts";
import type { Stack } from "../local/stack.ts";

/**
 * Throughput: so many deliveries wait for one fast receiver; from the first arrival to the last. The
 * floor is the same bodies, signed and posted by bare fetches from one process, as many at a time.
 * Fairness: deliveries to a hundred endpoints at a steady rate, from being queued to arriving, while
 * all are well, and while the hundredth never answers and has a queue.
 *
 * Arguments: `--count` (3000 deliveries a round), `--rate` (100 a second, fairness), `--seconds` (8
 * of each fairness round).
 */
export async function measureDeliveries(
  { quick, options, stacks, say }: CaseOptions,
): Promise<Outcome> {
  const rounds = quick ? 1 : 5;
  const count = options.count ?? (quick ? 300 : 3000);
  const rate = options.rate ?? 100;
  await using cleanup = new AsyncDisposableStack();
  const { stack } = cleanup.use(await stacks.open(say));
  const receiver = startReceiver();
  cleanup.defer(() => receiver.stop());

  const throughput = await interleave([
    { name: "deliveries to one receiver", round: () => deliver(stack, receiver, count) },
    { name: "floor: bare fetches", round: () => postBare(stack, receiver, count) },
  ], { unit: "/s", rounds, say });
  const fairness = await measureFairness(stack, receiver, {
    seconds: options.seconds ?? (quick ? 1 : 8),
    rate,
    rounds,
    say,
  });

  const [ours = [], floor = []] = throughput.map(({ values }) => values);
  const { none, one } = fairness.p99;
  return {
    series: [...throughput, ...fairness.series],
    targets: [
      { what: "deliveries a second", value: median(ours), wanted: { least: 500 } },
      {
        what: "p99 of 99 endpoints beside a dead one to p99 with none",
        value: ratio(one, none),
        wanted: { most: 1.2 },
      },
    ],
    notes: [
      `${count} deliveries a round, each verified by the standardwebhooks package, none twice`,
      `deliveries to bare fetches: ${ratio(ours, floor).toFixed(2)}`,
      `fairness: ${rate} deliveries a second to 100 endpoints, from being queued to arriving`,
    ],
  };
}

/** Deliveries a second, from the first arrival to the last. */
async function deliver(stack: Stack, receiver: Receiver, count: number): Promise<number> {
  receiver.forget();
  const arrived = receiver.arrived(count);
  await queueMany(stack, receiver.url, count);
  const ms = await arrived;
  verifyAll(stack, receiver);
  return count / ms * 1000;
}

/** They are a custom source's: deliveries to a URL, signed by the installation. */
async function queueMany({ sql }: Stack, url: string, count: number): Promise<void> {
  await sql`
    insert into public.webhook_deliveries (endpoint_id, type, url, body)
    select 'source:bench', 'webhook.received', ${`${url}/fast`}, ${bodyOf()} from generate_series(1, ${count})`;
}

function bodyOf(): string {
  return JSON.stringify({
    type: "webhook.received",
    timestamp: new Date().toISOString(),
    data: { source: "bench", body: { text: "x".repeat(400) } },
  });
}

function verifyAll({ env }: Stack, { seen }: Receiver): void {
  const webhook = new Webhook(env.CALLBACK_SIGNING_SECRET ?? "");
  for (const { body, headers } of seen) webhook.verify(body, headers);
  const ids = new Set(seen.map(({ headers }) => headers["webhook-id"]));
  if (ids.size !== seen.length) throw new Error(`${seen.length - ids.size} came twice`);
}

/** A second, for the same from this process alone: no database, nothing recorded. */
async function postBare({ env }: Stack, receiver: Receiver, count: number): Promise<number> {
  const body = bodyOf();
  receiver.forget();
  let left = count;
  async function post(): Promise<void> {
    while (left-- > 0) {
      const headers = signWebhook([env.CALLBACK_SIGNING_SECRET ?? ""], {
        id: `msg_${left}`,
        timestamp: Math.floor(Date.now() / 1000),
        body,
      });
      const answer = await fetch(`${receiver.url}/fast`, { method: "POST", headers, body });
      await answer.body?.cancel();
    }
  }
  const arrived = receiver.arrived(count);
  await Promise.all(Array.from({ length: 20 }, post));
  return count / await arrived * 1000;
}
