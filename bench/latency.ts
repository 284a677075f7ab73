import { startChatApp } from "../local/simulators/chat_app.ts";
import { makePicture } from "../local/simulators/picture.ts";
import { startStack } from "../local/stack.ts";
import { createHmac } from "node:crypto";

const HELP = `deno task bench latency [--films N] [--scenes N] [--together N]

From the moment in which fal posts a callback until its next request for the same film arrives:
door, transitions, bell, claim and submission in one figure. Chained scenes, so that each callback
has one follower.

  --films     5
  --scenes    6
  --together  1    films at a time`;

/** Prints median, 90th and 99th percentile and range in milliseconds. */
export async function main(args: string[]): Promise<void> {
  if (args.includes("--help")) {
    console.log(HELP);
    return;
  }
  const option = (name: string, otherwise: number) => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const [films, scenes, together] = [
    option("films", 5),
    option("scenes", 6),
    option("together", 1),
  ];
  const folder = await Deno.makeTempDir();
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const stack = await startStack({ apiPort: 0, dbPort: 0, fal: { shortSide: 64 } });
  cleanup.defer(() => stack.stop());
  const chat = await startChatApp({ signingSecret: stack.env.CALLBACK_SIGNING_SECRET ?? "" });
  cleanup.defer(() => chat.stop());
  await makePicture({ path: `${folder}/image.png`, words: "latency" });
  const image = chat.serveImage(`${folder}/image.png`);

  async function make(n: number): Promise<void> {
    const body = JSON.stringify({
      video_id: `film ${n}`,
      user_id: "bench",
      image_url: image,
      callback_url: chat.callbackUrl,
      scenes: Array.from(
        { length: scenes },
        (_, scene) => ({ prompt: `film ${n} scene ${scene}` }),
      ),
    });
    const answer = await fetch(`${stack.apiUrl}/functions/v1/webhook`, {
      method: "POST",
      headers: {
        "x-webhook-signature": createHmac("sha256", stack.env.WEBHOOK_SECRET ?? "").update(body)
          .digest("hex"),
      },
      body,
    });
    const { task_id } = await answer.json();
    await chat.next(({ text }) => text.includes(task_id), AbortSignal.timeout(300_000));
  }

  await make(0);
  const warm = stack.fal.requests.length;
  for (let n = 1; n <= films; n += together) {
    await Promise.all(
      Array.from({ length: Math.min(together, films - n + 1) }, (_, k) => make(n + k)),
    );
  }

  const gaps = gapsOf(stack.fal.requests.slice(warm), await filmOfRequest(stack));
  const at = (share: number) =>
    gaps[Math.min(gaps.length - 1, Math.floor(share * gaps.length))] ?? NaN;
  console.log(
    `${films} films of ${scenes} scenes, ${together} at a time, ${gaps.length} callbacks`,
  );
  console.log(
    `median ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, range ${at(0)} to ${at(1)} ms`,
  );
}

type Request = Awaited<ReturnType<typeof startStack>>["fal"]["requests"][number];

async function filmOfRequest({ sql }: Awaited<ReturnType<typeof startStack>>) {
  const rows = await sql`
    select attempts.request_id, steps.project_id, steps.kind
    from private.attempts join private.steps using (step_id)
    where steps.kind in ('generate_clip', 'extract_last_frame')`;
  return new Map(
    rows.map(({ request_id, project_id }) => [String(request_id), String(project_id)]),
  );
}

/** Sorted milliseconds from a request's callback to the next request of the same film. */
function gapsOf(requests: readonly Request[], films: Map<string, string>): number[] {
  const gaps: number[] = [];
  for (const [n, request] of requests.entries()) {
    const film = films.get(request.requestId);
    const callback = request.webhooks.find(({ status }) => status === 200);
    const next = requests.slice(n + 1).find(({ requestId }) => films.get(requestId) === film);
    if (film && callback && next) gaps.push(next.submittedAt - callback.at);
  }
  return gaps.sort((a, b) => a - b);
}
