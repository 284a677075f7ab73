import { within } from "./deadline.ts";
import { readAnswer } from "./read_answer.ts";
import {
  type CreatedFilm,
  type CreatedTask,
  type FilmRequest,
  ReelayError,
  type TaskLinks,
  type VideoRequest,
  type VideoTask,
} from "./types.ts";
import { waitForTask, type WaitOptions } from "./wait_for_task.ts";

export * from "./types.ts";
export { CallbackRefused, verifyCallback } from "./verify_callback.ts";
export { waitForTask, type WaitOptions } from "./wait_for_task.ts";

/** Milliseconds: the doors take no longer for an answer. */
const ANSWER = 30_000;

export type ReelayOptions = {
  /** Up to `/functions/v1`. */
  baseUrl: string;
  /** WEBHOOK_SECRET: for servers alone, never for a page. */
  secret: string;
  fetch?: typeof fetch;
};

export type CallOptions = {
  /** Ends the call. Without an answer it ends by itself after 30 seconds, as a `TimeoutError`. */
  signal?: AbortSignal | undefined;
};

export type CreateOptions = CallOptions & { idempotencyKey?: string | undefined };

export interface Reelay {
  /**
   * Asks for one video. The same request, or key, again gives the first task: after a lost answer it
   * can be sent again as it was.
   */
  createVideo(request: VideoRequest, by?: CreateOptions): Promise<CreatedTask>;
  /** Asks for a film of several scenes. Repeating it is as safe. */
  createFilm(request: FilmRequest, by?: CreateOptions): Promise<CreatedFilm>;
  /** Null where there is no such task. */
  task(taskId: string, by?: CallOptions): Promise<VideoTask | null>;
  /** @throws {ReelayError} 404, or 409 where the task has ended */
  cancel(taskId: string, by?: CallOptions): Promise<VideoTask>;
  /** Waits until the task has ended, however it does. */
  wait(
    task: Pick<TaskLinks, "status_url" | "events_url">,
    options?: WaitOptions,
  ): Promise<VideoTask>;
}

/** A client for servers of one's own. Each method throws {ReelayError} where the answer is none of success. */
export function createReelay({ baseUrl, secret, fetch = globalThis.fetch }: ReelayOptions): Reelay {
  const base = baseUrl.replace(/\/+$/, "");
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };

  async function call<T>(path: string, { method, signal }: CallOptions & { method: string }) {
    const answer = await fetch(`${base}${path}`, {
      method,
      headers,
      signal: within(ANSWER, signal),
    });
    return await readAnswer<T>(answer);
  }

  async function post<T>(path: string, body: unknown, { idempotencyKey, signal }: CreateOptions) {
    const answer = await fetch(`${base}${path}`, {
      method: "POST",
      headers: { ...headers, ...(idempotencyKey && { "idempotency-key": idempotencyKey }) },
      body: JSON.stringify(body),
      signal: within(ANSWER, signal),
    });
    return await readAnswer<T>(answer);
  }

  return {
    createVideo: (request, by = {}) => post("/videos/generations/async", request, by),

    async createFilm(request, by = {}) {
      const { task_id, status, duplicate, status_url, storyboard, estimated_cost_usd } = await post<
        CreatedFilm
      >("/webhook", request, by);
      const at = `${base}/videos/generations/tasks/${task_id}`;
      // The same token opens the film at both doors.
      const { search } = new URL(status_url);
      const links = { status_url: `${at}${search}`, events_url: `${at}/events${search}` };
      return { task_id, status, duplicate, storyboard, estimated_cost_usd, ...links };
    },

    async task(taskId, by) {
      try {
        return await call<VideoTask>(pathOf(taskId), { ...by, method: "GET" });
      } catch (error) {
        if (error instanceof ReelayError && error.status === 404) return null;
        throw error;
      }
    },

    cancel: (taskId, by) => call(pathOf(taskId), { ...by, method: "DELETE" }),

    wait: (task, options = {}) => waitForTask(task, { fetch, ...options }),
  };
}

function pathOf(taskId: string): string {
  return `/videos/generations/tasks/${encodeURIComponent(taskId)}`;
}
