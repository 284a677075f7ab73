import { MediaStore } from "../fal/media_store.ts";
import { serveHttp } from "../http_server.ts";
import { type Rule, Rules } from "./behaviour.ts";
import { CallbackSender, type Signing } from "./callback_sender.ts";
import { FRAME_KIND } from "./frame_kind.ts";
import type { Form, ServiceKind } from "./kind.ts";
import { STITCH_KIND } from "./stitch_kind.ts";
import { type BillLine, billOf, isLive, type ServiceTask } from "./task.ts";
import { answerServiceCall } from "./task_door.ts";
import { TaskQueue } from "./task_queue.ts";
import { VIDEO_KIND } from "./video_kind.ts";

export type ServiceOptions = {
  /** The Bearer key that is let in. */
  apiKey: string;
  /** Signs the callbacks; one secret. */
  webhookSecret: string;
  /** 0 takes a free one. What was made is served at a free one always. */
  port?: number;
  log?: (line: string) => void;
  signing?: Signing;
  /** Of the hex signature. */
  signatureHeader?: string;
  form?: Form;
  /** Percentages that are told on the way; default: 25 before the work and 75 after it. */
  progress?: readonly number[];
  /** Pixels of the shorter side of what is made without an image or size; smaller is faster. */
  shortSide?: number;
  /** Milliseconds that a callback's try has. */
  webhookTimeoutMs?: number;
  /** Multiplies the pauses between callback tries: 0.001 makes a second a millisecond. */
  timeScale?: number;
  /** Posts the callbacks. */
  fetch?: typeof fetch;
};

/** One service on loopback. */
export type ServiceSimulator = {
  /** For VIDEO_GENERATION_SERVICE, LAST_FRAME_SERVICE_URL or STITCH_SERVICE_URL. */
  url: string;
  /** What was made is served below this. */
  mediaUrl: string;
  /** Every task that was taken, in order. */
  tasks: readonly ServiceTask[];
  /** Resolves when a task has ended, cancelled included, and its callbacks were tried. */
  ended(taskId: string): Promise<void>;
  liveTasks(): ServiceTask[];
  /** Those that the service would ask money for. */
  bill(): BillLine[];
  /** Makes the service misbehave; returns a function that takes it back. */
  behave(rule: Rule): () => void;
  /** Takes every rule back. */
  behaveWell(): void;
  /** Posts the last word of an ended task once more. */
  redeliver(taskId: string): Promise<number | null>;
  /** The service refuses connections until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Ends running work and open retries, removes what was made. */
  stop(): Promise<void>;
};

/** Starts a service that generates clips. Whoever starts it stops it. */
export function startVideoService(options: ServiceOptions): Promise<ServiceSimulator> {
  return startService(VIDEO_KIND, options);
}

/** Starts a service that extracts last frames. */
export function startFrameService(options: ServiceOptions): Promise<ServiceSimulator> {
  return startService(FRAME_KIND, options);
}

/** Starts a service that joins clips. */
export function startStitchService(options: ServiceOptions): Promise<ServiceSimulator> {
  return startService(STITCH_KIND, options);
}

async function startService(
  kind: ServiceKind,
  options: ServiceOptions,
): Promise<ServiceSimulator> {
  const { apiKey, port = 0, log = () => {}, form = "scene", progress = [25, 75] } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const rules = new Rules();
  const sender = new CallbackSender({
    secret: options.webhookSecret,
    signing: options.signing ?? "hex",
    signatureHeader: options.signatureHeader ?? "x-webhook-signature",
    timeoutMs: options.webhookTimeoutMs ?? 30_000,
    timeScale: options.timeScale ?? 1,
    fetch: options.fetch ?? fetch,
    log,
    signal,
  });
  const media = await MediaStore.open();
  const shortSide = options.shortSide ?? 720;
  const queue = new TaskQueue({ kind, form, media, sender, shortSide, progress, log });
  const { tasks } = queue;

  const service = await serveHttp({
    port,
    handle: (request) =>
      answerServiceCall(request, { kind, form, apiKey, queue, rules, log, signal }),
  });
  const files = await serveHttp({ handle: (request) => media.handle(request) });
  media.serveAt(files.url);

  return {
    url: service.url,
    mediaUrl: files.url,
    tasks,
    ended: (taskId) => queue.ended(taskId),
    liveTasks: () => tasks.filter(isLive),
    bill: () => billOf(tasks),
    behave: (rule) => rules.add(rule),
    behaveWell: () => rules.clear(),
    redeliver: (taskId) => queue.redeliver(taskId),
    refuse: () => service.pause(),
    accept: () => service.resume(),
    async stop() {
      closing.abort();
      await Promise.all([queue.stop(), service.stop(), files.stop()]);
      await sender.close();
      await media.remove();
    },
  };
}
