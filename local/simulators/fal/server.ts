import { serveHttp } from "../http_server.ts";
import { type BillLine, billOf, type FalRequest, isLive } from "./account.ts";
import { type Rule, Rules } from "./behaviour.ts";
import { CannedMedia } from "./canned_media.ts";
import { MediaStore } from "./media_store.ts";
import { answerPlatformCall } from "./platform_door.ts";
import { answerQueueCall, obey } from "./queue_door.ts";
import { createSigningKey } from "./signing_key.ts";
import { WebhookSender } from "./webhook_sender.ts";
import { WorkQueue } from "./work_queue.ts";

export type FalOptions = {
  /** Of the queue; 0 takes a free one. The other hosts always take free ones. */
  port?: number;
  log?: (line: string) => void;
  /** API keys that are let in; default: any. */
  keys?: string[];
  /** Pixels of the shorter side of what is made; smaller is faster. */
  shortSide?: number;
  /** `canned`: each kind of work is done once, and copies of it answer further requests. */
  media?: "made" | "canned";
  /** Milliseconds that a webhook's first try has; fal's 15,000 by default. */
  webhookTimeoutMs?: number;
  /** Multiplies the pauses between webhook tries: 0.001 makes a second a millisecond. */
  timeScale?: number;
  /** Publishes the key's `x` with base64 padding, as fal is said to do. */
  paddedKey?: boolean;
  /** When a wrong input is told: in the answer to the submit, or by the model (webhook, result). */
  validate?: "at_submit" | "at_run";
  /** Whether the platform API lists what has not ended yet; fal does not say. */
  listsUnfinished?: boolean;
};

/** fal on loopback: its queue, its platform API, its keys and its media, each a host of its own. */
export type FalSimulator = {
  /** For FAL_QUEUE_URL, FAL_API_URL and FAL_JWKS_URL; no slash at the end. */
  queueUrl: string;
  apiUrl: string;
  jwksUrl: string;
  /** What was made is served below this. */
  mediaUrl: string;
  /** What `X-Fal-Webhook-User-Id` says. */
  userId: string;
  /** Every submission that was taken, in order. */
  requests: readonly FalRequest[];
  /** Resolves when a request has ended, cancelled included, and its first webhook was tried. */
  ended(requestId: string): Promise<void>;
  /** Those that are queued or at work. */
  liveRequests(): FalRequest[];
  /** Those that fal would ask money for. */
  bill(): BillLine[];
  /** Makes fal misbehave; returns a function that takes it back. */
  behave(rule: Rule): () => void;
  /** Takes every rule back. */
  behaveWell(): void;
  /** Sends the webhook of an ended request once more, signed anew. */
  redeliver(requestId: string): Promise<number | null>;
  /** The queue refuses connections until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Ends running work and open retries, closes the hosts, removes what was made. */
  stop(): Promise<void>;
};

/** Starts fal. Whoever starts it stops it. */
export async function startFal(options: FalOptions = {}): Promise<FalSimulator> {
  const { port = 0, log = () => {}, keys = null, shortSide = 720 } = options;
  const { validate = "at_submit", listsUnfinished = true } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const userId = `user_${crypto.randomUUID().slice(0, 8)}`;
  const rules = new Rules();
  const key = await createSigningKey({ padded: options.paddedKey });
  const policy = {
    timeoutMs: options.webhookTimeoutMs ?? 15_000,
    timeScale: options.timeScale ?? 1,
  };
  const sender = new WebhookSender({ key, userId, policy, log, signal });
  const media = await MediaStore.open();
  const canned = options.media === "canned" ? new CannedMedia() : null;
  const filesAreWell = () => !rules.concern("file");
  const work = new WorkQueue({ media, sender, shortSide, canned, filesAreWell, log });
  const { requests } = work;

  const queue = await serveHttp({
    port,
    handle: (request) => answerQueueCall(request, { work, rules, keys, validate, log, signal }),
  });
  const api = await serveHttp({
    handle: (request) =>
      Promise.resolve(answerPlatformCall(request, { requests, rules, keys, listsUnfinished })),
  });
  const rest = await serveHttp({ handle: () => Promise.resolve(Response.json(key.jwks)) });
  const files = await serveHttp({
    handle: (request) =>
      obey(rules.towards("file", "", {}), { signal }, () => media.handle(request)),
  });
  media.serveAt(files.url);

  return {
    queueUrl: queue.url,
    apiUrl: api.url,
    jwksUrl: `${rest.url}/.well-known/jwks.json`,
    mediaUrl: files.url,
    userId,
    requests,
    ended: (requestId) => work.ended(requestId),
    liveRequests: () => requests.filter(isLive),
    bill: () => billOf(requests),
    behave: (rule) => rules.add(rule),
    behaveWell: () => rules.clear(),
    redeliver: (requestId) => work.redeliver(requestId),
    refuse: () => queue.pause(),
    accept: () => queue.resume(),
    async stop() {
      closing.abort();
      await Promise.all([work.stop(), queue.stop(), api.stop(), rest.stop(), files.stop()]);
      await sender.close();
      await media.remove();
    },
  };
}
