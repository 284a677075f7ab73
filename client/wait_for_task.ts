import { sleep, within } from "./deadline.ts";
import { readAnswer } from "./read_answer.ts";
import { readServerSent } from "./server_sent.ts";
import { ReelayError, type TaskEvent, type TaskLinks, type VideoTask } from "./types.ts";

export type WaitOptions = {
  /** Ends the waiting, whatever the task does. */
  signal?: AbortSignal | undefined;
  /** Called with each new state of the task. */
  onTask?: (task: VideoTask) => void;
  /** Called with what happens to scenes and clips; only while the stream works. */
  onEvent?: (event: TaskEvent) => void;
  fetch?: typeof fetch;
  /** Resolves after so many milliseconds; rejects with the signal. */
  pause?: (ms: number, signal?: AbortSignal) => Promise<void>;
};

/** Milliseconds from one try to the next while nothing can be listened to. */
const PAUSE = { first: 1000, last: 10_000 };
const OVER = new Set(["completed", "failed", "cancelled"]);
/** Statuses that no patience mends. */
const HOPELESS = new Set([400, 401, 404, 405]);
/** Milliseconds. A stream ends itself after 100 seconds; a connection that broke says nothing at all. */
const LONGEST = { stream: 120_000, answer: 30_000, pause: 60_000 };

/**
 * Waits until a task has ended and returns it, failed and cancelled ones as well. Listens to its
 * events and goes on where a stream broke off; while that does not work, it asks.
 *
 * @throws {ReelayError} where the task is not there; the signal's reason; what `onTask` or `onEvent` throws
 */
export async function waitForTask(
  { status_url, events_url }: Pick<TaskLinks, "status_url" | "events_url">,
  { signal, onTask, onEvent, fetch = globalThis.fetch, pause = sleep }: WaitOptions = {},
): Promise<VideoTask> {
  let lastEventId = "";
  let wait = PAUSE.first;
  /** Milliseconds that were asked for, by `Retry-After`. */
  let atLeast = 0;
  let mistake: { error: unknown } | null = null;

  while (true) {
    signal?.throwIfAborted();
    atLeast = 0;
    const ended = await listen().catch(orGoOn) ?? await ask().catch(orGoOn);
    if (ended) return ended;
    await pause(Math.max(wait, atLeast), signal);
    wait = Math.min(wait * 2, PAUSE.last);
  }

  async function listen(): Promise<VideoTask | null> {
    const headers = { accept: "text/event-stream", "last-event-id": lastEventId };
    const answer = await fetch(events_url, {
      headers: lastEventId === "" ? { accept: headers.accept } : headers,
      signal: within(LONGEST.stream, signal),
    });
    if (answer.status === 204) return null;
    if (!answer.ok) await readAnswer(answer);
    if (answer.body === null) return null;
    for await (const { id, event, data } of readServerSent(answer.body)) {
      lastEventId = id;
      wait = PAUSE.first;
      if (event !== "task") {
        tell(onEvent, JSON.parse(data));
        continue;
      }
      const task: VideoTask = JSON.parse(data);
      tell(onTask, task);
      if (OVER.has(task.status)) return task;
    }
    return null;
  }

  async function ask(): Promise<VideoTask | null> {
    const answer = await fetch(status_url, { signal: within(LONGEST.answer, signal) });
    const task = await readAnswer<VideoTask>(answer);
    atLeast = 0;
    tell(onTask, task);
    return OVER.has(task.status) ? task : null;
  }

  function tell<T>(whom: ((what: T) => void) | undefined, what: T): void {
    try {
      whom?.(what);
    } catch (error) {
      mistake = { error };
      throw error;
    }
  }

  function orGoOn(error: unknown): null {
    signal?.throwIfAborted();
    if (mistake) throw mistake.error;
    if (!(error instanceof ReelayError)) return null;
    if (HOPELESS.has(error.status)) throw error;
    atLeast = Math.min((error.retryAfter ?? 0) * 1000, LONGEST.pause);
    return null;
  }
}
