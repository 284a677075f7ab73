import { createHmac } from "node:crypto";
import { z } from "zod";
import type { ChatApp } from "./simulators/chat_app.ts";
import { pauseOrThrow } from "./simulators/pause_or_throw.ts";

const POLL_PAUSE_IN_MS = 250;

const Accepted = z.object({ task_id: z.string(), status_url: z.string() });

const DemoTask = z.object({
  status: z.string(),
  progress: z.number(),
  scenes: z.array(z.object({
    scene_id: z.string(),
    position: z.number(),
    status: z.string(),
    video_url: z.string().nullable(),
    prompt: z.string().nullish(),
    continuity: z.string().nullish(),
    voice_over: z.string().nullish(),
  })),
  final_video_url: z.string().nullable(),
  captions: z.object({ srt_url: z.string(), vtt_url: z.string() }).optional(),
  error: z.string().nullable(),
  storyboard: z.looseObject({ by: z.string(), title: z.string().optional() }).nullish(),
  estimated_cost_usd: z.number().nullish(),
  cost_usd: z.number().optional(),
});
export type DemoTask = z.infer<typeof DemoTask>;

const FilmCallback = z.object({
  type: z.string(),
  data: z.object({
    task_id: z.string(),
    final_video_url: z.string().nullable(),
    error: z.string().nullish(),
  }),
});

/** What a client does to get a film: post a signed job, watch it, take the callback. */
export async function orderFilm(
  { apiUrl, secret, job, chat, watch, signal }: {
    apiUrl: string;
    /** WEBHOOK_SECRET. */
    secret: string;
    job: Record<string, unknown>;
    chat: ChatApp;
    watch: (task: DemoTask) => void;
    signal: AbortSignal;
  },
): Promise<{ task: DemoTask; filmUrl: string }> {
  const body = JSON.stringify({ ...job, callback_url: chat.callbackUrl });
  const answer = await fetch(`${apiUrl}/functions/v1/webhook`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-webhook-signature": createHmac("sha256", secret).update(body).digest("hex"),
    },
    body,
    signal,
  });
  const text = await answer.text();
  if (answer.status !== 202) {
    throw new Error(`Cannot post job: it answered ${answer.status} ${text}`);
  }
  const { task_id, status_url } = Accepted.parse(JSON.parse(text));

  const isOurs = (body: unknown) => FilmCallback.safeParse(body).data?.data.task_id === task_id;
  const ended = new AbortController();
  const whileOpen = AbortSignal.any([signal, ended.signal]);
  const arrival = chat.next((one) => isOurs(one.body), signal).finally(() => ended.abort());
  const watching = watchTask(status_url, watch, whileOpen).catch((error) => {
    if (!ended.signal.aborted) throw error;
  });
  const [callback] = await Promise.all([arrival, watching]);
  if (!callback.verified) throw new Error(`Cannot trust callback: ${callback.error}`);

  const { type, data } = FilmCallback.parse(callback.body);
  if (type !== "video.generation.completed" || data.final_video_url === null) {
    throw new Error(`Cannot show film: the callback says ${type}, ${data.error ?? "no film"}`);
  }
  const task = await readTask(status_url, signal);
  watch(task);
  return { task, filmUrl: data.final_video_url };
}

async function watchTask(
  url: string,
  watch: (task: DemoTask) => void,
  signal: AbortSignal,
): Promise<void> {
  while (true) {
    watch(await readTask(url, signal));
    await pauseOrThrow(POLL_PAUSE_IN_MS, signal);
  }
}

async function readTask(url: string, signal: AbortSignal): Promise<DemoTask> {
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (response.ok) return DemoTask.parse(JSON.parse(text));
  throw new Error(`Cannot read task: it answered ${response.status} ${text}`);
}
