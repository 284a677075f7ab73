import { onFreshConnection } from "../../../supabase/functions/_shared/fresh_connection.ts";
import { serveHttp } from "../http_server.ts";
import { type FalOptions, type FalSimulator, startFal } from "./server.ts";

export const TEXT_MODEL = "fal-ai/kling-video/v2.5-turbo/pro/text-to-video";
export const IMAGE_MODEL = "fal-ai/kling-video/v2.5-turbo/pro/image-to-video";

export type Delivery = { headers: Headers; text: string };

export type Submitted = {
  status: string;
  request_id: string;
  response_url: string;
  status_url: string;
  cancel_url: string;
};

/** What a test holds: fal, and a receiver of its webhooks. */
export type Scene = {
  fal: FalSimulator;
  webhookUrl: string;
  deliveries: Delivery[];
  /** How the receiver answers, one entry a delivery, then 200. */
  answers: (number | "cut" | "hang")[];
  /** Resolves with the nth delivery, from 1. */
  delivery(n: number): Promise<Delivery>;
  submit(endpoint: string, input: unknown): Promise<Submitted>;
  /** The bare call, for what is not accepted. */
  post(endpoint: string, input: unknown, key?: string): Promise<Response>;
};

/** On a connection of its own: on one that is reused the test would never see a cut. */
function call(url: string, init: RequestInit): Promise<Response> {
  return onFreshConnection(fetch, async (fetch) => {
    const response = await fetch(url, init);
    return new Response(await response.arrayBuffer(), response);
  });
}

/** Runs a test against a fal of small pictures, and leaves nothing of it running. */
export async function withFal(
  test: (scene: Scene) => Promise<void>,
  options: FalOptions = {},
): Promise<void> {
  const fal = await startFal({ shortSide: 64, timeScale: 0.0005, ...options });
  const deliveries: Delivery[] = [];
  const answers: Scene["answers"] = [];
  const ended = Promise.withResolvers<"cut">();
  const arrivals = new Set<() => void>();
  const receiver = await serveHttp({
    handle: async (request) => {
      deliveries.push({ headers: request.headers, text: await request.text() });
      for (const look of arrivals) look();
      const status = answers.shift() ?? 200;
      if (status === "cut") return "cut";
      if (status === "hang") return await ended.promise;
      return new Response(null, { status, headers: status < 400 ? { location: "/else" } : {} });
    },
  });
  const webhookUrl = `${receiver.url}/fal-webhook?token=a%20b`;
  const post: Scene["post"] = (endpoint, input, key = "Key id:secret") =>
    call(`${fal.queueUrl}/${endpoint}?fal_webhook=${encodeURIComponent(webhookUrl)}`, {
      method: "POST",
      headers: { authorization: key, "content-type": "application/json" },
      body: JSON.stringify(input),
    });
  try {
    await test({
      fal,
      webhookUrl,
      deliveries,
      answers,
      post,
      submit: async (endpoint, input) => await (await post(endpoint, input)).json(),
      delivery: (n) =>
        new Promise((resolve) => {
          const look = () => {
            const found = deliveries[n - 1];
            if (!found) return;
            arrivals.delete(look);
            resolve(found);
          };
          arrivals.add(look);
          look();
        }),
    });
  } finally {
    ended.resolve("cut");
    await fal.stop();
    await receiver.stop();
  }
}

/** Asks the queue as its client would, and reads the answer to its end. */
export async function ask(
  url: string,
  method = "GET",
): Promise<{ code: number; body: Record<string, unknown> }> {
  const response = await call(url, { method, headers: { authorization: "Key id:secret" } });
  return { code: response.status, body: await response.json() };
}
