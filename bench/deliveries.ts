import { Webhook } from "standardwebhooks";
import { startStack } from "../local/stack.ts";
import { signWebhook } from "../supabase/functions/_shared/sign_webhook.ts";
import { type Receiver, startReceiver } from "./deliveries/receiver.ts";
import { measureFairness } from "./deliveries/fairness.ts";

const HELP = `deno task bench deliveries [--count N] [--seconds N] [--rate N] [--rounds N]

Throughput: so many deliveries wait for one fast receiver; from the first arrival to the last. The
floor is the same bodies, signed and posted by bare fetches from one process, as many at a time.
Fairness: deliveries to 100 endpoints at a steady rate, from being queued to arriving; the 99th
percentile of 99 of them while all are well, and while the hundredth never answers and has a queue.
Every delivery's signature is verified by the standardwebhooks package.

  --count    3000
  --seconds  8     of each fairness round
  --rate     100   deliveries a second in it
  --rounds   2     of each kind, taking turns`;

type Stack = Awaited<ReturnType<typeof startStack>>;

/** Prints both tables. */
export async function main(args: string[]): Promise<void> {
  if (args.includes("--help")) {
    console.log(HELP);
    return;
  }
  const option = (name: string, otherwise: number) => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  await using cleanup = new AsyncDisposableStack();
  const stack = await startStack({ apiPort: 0, dbPort: 0 });
  cleanup.defer(() => stack.stop());
  const receiver = startReceiver();
  cleanup.defer(() => receiver.stop());

  await queueMany(stack, receiver.url, 50);
  await receiver.arrived(50);
  await measureThroughput(stack, receiver, option("count", 3000));
  await measureFairness(stack, receiver, {
    seconds: option("seconds", 8),
    rate: option("rate", 100),
    rounds: option("rounds", 2),
  });
}

async function measureThroughput(stack: Stack, receiver: Receiver, count: number): Promise<void> {
  receiver.forget();
  await queueMany(stack, receiver.url, count);
  const ours = await receiver.arrived(count);
  verifyAll(stack, receiver);

  const floor = await postBare(stack, receiver, count);
  const rate = (ms: number) => Math.round(count / ms * 1000);
  console.log(
    `${count} deliveries to one receiver: ${rate(ours)} a second, each verified; ` +
      `bare fetches ${rate(floor)} a second, ratio ${(floor / ours).toFixed(2)}`,
  );
}

/** They are a custom source's: deliveries to a URL, signed by the installation. */
async function queueMany({ sql }: Stack, url: string, count: number): Promise<void> {
  const body = JSON.stringify({
    type: "webhook.received",
    timestamp: new Date().toISOString(),
    data: { source: "bench", body: { text: "x".repeat(400) } },
  });
  await sql`
    insert into public.webhook_deliveries (endpoint_id, type, url, body)
    select 'source:bench', 'webhook.received', ${`${url}/fast`}, ${body} from generate_series(1, ${count})`;
}

function verifyAll({ env }: Stack, { seen }: Receiver): void {
  const webhook = new Webhook(env.CALLBACK_SIGNING_SECRET ?? "");
  for (const { body, headers } of seen) webhook.verify(body, headers);
  const ids = new Set(seen.map(({ headers }) => headers["webhook-id"]));
  if (ids.size !== seen.length) throw new Error(`${seen.length - ids.size} came twice`);
}

/** Milliseconds for the same from this process alone: no database, nothing recorded. */
async function postBare({ env }: Stack, receiver: Receiver, count: number): Promise<number> {
  const body = receiver.seen[0]?.body ?? "{}";
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
  return await arrived;
}
