import {
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

export type ReelayOptions = {
  /** Up to `/functions/v1`, without a slash at its end. */
  baseUrl: string;
  /** WEBHOOK_SECRET: for servers alone, never for a page. */
  secret: string;
  fetch?: typeof fetch;
};

export interface Reelay {
  /** Asks for one video. The same request, or key, again gives the first task. */
  createVideo(request: VideoRequest, by?: { idempotencyKey?: string }): Promise<CreatedTask>;
  /** Asks for a film of several scenes. */
  createFilm(request: FilmRequest, by?: { idempotencyKey?: string }): Promise<
    TaskLinks & { status: string; duplicate: boolean }
  >;
  /** Null where there is no such task. */
  task(taskId: string): Promise<VideoTask | null>;
  /** @throws {ReelayError} 404, or 409 where the task has ended */
  cancel(taskId: string): Promise<VideoTask>;
  /** Waits until the task has ended, however it does. */
  wait(
    task: Pick<TaskLinks, "status_url" | "events_url">,
    options?: WaitOptions,
  ): Promise<VideoTask>;
}

/** A client for servers of one's own. Every method but `task` throws {ReelayError}. */
export function createReelay({ baseUrl, secret, fetch = globalThis.fetch }: ReelayOptions): Reelay {
  const authorization = `Bearer ${secret}`;

  async function call(path: string, { method, body, key }: {
    method: string;
    body?: unknown;
    key?: string;
  }) {
    const answer = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization,
        "content-type": "application/json",
        ...(key && { "idempotency-key": key }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const told = await answer.json().catch(() => null);
    if (answer.ok) return told;
    const reason = `Reelay answered ${answer.status}: ${told?.error ?? "no reason given"}`;
    throw new ReelayError(answer.status, reason, told?.issues);
  }

  return {
    createVideo: (request, { idempotencyKey: key } = {}) =>
      call("/videos/generations/async", { method: "POST", body: request, key }),

    async createFilm(request, { idempotencyKey: key } = {}) {
      const { task_id, status, duplicate, status_url } = await call("/webhook", {
        method: "POST",
        body: request,
        key,
      });
      const at = `${baseUrl}/videos/generations/tasks/${task_id}`;
      // The same token opens the film at both doors.
      const { search } = new URL(status_url);
      const links = { status_url: `${at}${search}`, events_url: `${at}/events${search}` };
      return { task_id, status, duplicate, ...links };
    },

    async task(taskId) {
      try {
        return await call(`/videos/generations/tasks/${encodeURIComponent(taskId)}`, {
          method: "GET",
        });
      } catch (error) {
        if (error instanceof ReelayError && error.status === 404) return null;
        throw error;
      }
    },

    cancel: (taskId) =>
      call(`/videos/generations/tasks/${encodeURIComponent(taskId)}`, { method: "DELETE" }),

    wait: (task, options = {}) => waitForTask(task, { fetch, ...options }),
  };
}
