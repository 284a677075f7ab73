import { Webhook } from "standardwebhooks";
import { readJson } from "../../supabase/functions/_shared/json.ts";
import { Arrivals } from "./arrivals.ts";
import { type Reply, serveHttp } from "./http_server.ts";

/** One callback as it came, and what the app made of it. */
export type ChatCallback = {
  webhookId: string | null;
  headers: Record<string, string>;
  /** The exact text that was signed. */
  text: string;
  /** Null where the text is not JSON. */
  body: unknown;
  verified: boolean;
  /** Why not. */
  error: string | null;
  /** Null: no answer was given. */
  answered: number | null;
  /** Milliseconds since the epoch. */
  at: number;
};

/** What the app does with callbacks instead of taking them. */
export type Mood = "hang" | { status: number; headers?: Record<string, string> };

/** The client's side: an app that gives images to films and takes their callbacks. */
export type ChatApp = {
  url: string;
  callbackUrl: string;
  /** Every callback in order, also unverified and refused ones. */
  callbacks: readonly ChatCallback[];
  /** How often a webhook id came. */
  count(webhookId: string): number;
  /** Serves a picture or a video and returns its URL. */
  serveImage(path: string): string;
  /**
   * The first callback, come already or still to come, that `predicate` accepts; each callback is
   * given out once. Rejects when `signal` is aborted.
   */
  next(
    predicate?: (callback: ChatCallback) => boolean,
    signal?: AbortSignal,
  ): Promise<ChatCallback>;
  /** For the next `times` callbacks (default: all to come); undefined takes it back. */
  behave(mood: Mood | undefined, times?: number): void;
  stop(): Promise<void>;
};

/** Starts the app. `signingSecret`: one or several, comma-separated, as CALLBACK_SIGNING_SECRET. */
export async function startChatApp(
  { signingSecret, port = 0 }: { signingSecret: string; port?: number },
): Promise<ChatApp> {
  const secrets = signingSecret.split(/,(?=whsec_|v1,)/).map((one) => one.replace("v1,", ""));
  const webhooks = secrets.map((secret) => new Webhook(secret));
  const images = new Map<string, string>();
  const arrivals = new Arrivals<ChatCallback>();
  const callbacks = arrivals.all;
  const closing = Promise.withResolvers<Reply>();
  let mood: Mood | undefined;
  let left = 0;

  async function handle(request: Request): Promise<Reply> {
    const { pathname } = new URL(request.url);
    const image = images.get(pathname);
    if (image !== undefined) return await imageReply(image);
    if (pathname !== "/callback" || request.method !== "POST") {
      return Response.json({ error: "Not found" }, { status: 404 });
    }
    const headers = Object.fromEntries(request.headers);
    const callback = readCallback(webhooks, headers, await request.text());
    const now = left-- > 0 ? mood : undefined;
    const refusal = callback.verified ? 200 : 401;
    callback.answered = now === "hang" ? null : now?.status ?? refusal;
    arrivals.add(callback);
    if (now === "hang") return await closing.promise;
    return Response.json({ received: callback.verified }, {
      status: callback.answered ?? refusal,
      headers: now?.headers,
    });
  }

  const server = await serveHttp({ port, handle });
  return {
    url: server.url,
    callbackUrl: `${server.url}/callback`,
    callbacks,
    count: (webhookId) => callbacks.filter((one) => one.webhookId === webhookId).length,
    serveImage(path) {
      const place = `/images/${images.size + 1}${path.slice(path.lastIndexOf("."))}`;
      images.set(place, path);
      return `${server.url}${place}`;
    },
    next: (predicate, signal) => arrivals.next(predicate, signal),
    behave(next, times = Infinity) {
      mood = next;
      left = next === undefined ? 0 : times;
    },
    async stop() {
      closing.resolve("cut");
      await server.stop();
    },
  };
}

function readCallback(
  webhooks: Webhook[],
  headers: Record<string, string>,
  text: string,
): ChatCallback {
  let error: string | null = null;
  const verified = webhooks.some((webhook) => {
    try {
      webhook.verify(text, headers, { jsonParse: false });
      return true;
    } catch (reason) {
      error = reason instanceof Error ? reason.message : String(reason);
      return false;
    }
  });
  return {
    webhookId: headers["webhook-id"] ?? null,
    headers,
    text,
    body: readJson(text) ?? null,
    verified,
    error: verified ? null : error,
    answered: null,
    at: Date.now(),
  };
}

async function imageReply(path: string): Promise<Response> {
  const ending = path.slice(path.lastIndexOf(".") + 1);
  const type = { png: "image/png", mp4: "video/mp4" }[ending] ?? "image/jpeg";
  return new Response(await Deno.readFile(path), { headers: { "content-type": type } });
}
