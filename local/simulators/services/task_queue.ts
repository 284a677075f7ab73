import type { MediaStore } from "../fal/media_store.ts";
import { ModelError } from "../fal/validate.ts";
import { pauseOrThrow } from "../pause_or_throw.ts";
import { Slots } from "../slots.ts";
import type { Behaviour } from "./behaviour.ts";
import type { CallbackSender } from "./callback_sender.ts";
import { type Form, type ServiceKind, workAt } from "./kind.ts";
import { publishPage } from "./published.ts";
import { isLive, type ServiceTask } from "./task.ts";
import { bodyOf, finalTexts } from "./wording.ts";

export type TaskQueueDeps = {
  kind: ServiceKind;
  form: Form;
  media: MediaStore;
  sender: CallbackSender;
  /** Pixels. */
  shortSide: number;
  /** Percentages that are told: one before the work, the others after it. */
  progress: readonly number[];
  log: (line: string) => void;
};

type Job = { task: ServiceTask; behaviour: Behaviour; abort: AbortController; done: Promise<void> };

/** Lets the answer to the submit leave before any word of the result. */
const TAKE_OFF_MS = 10;

/** Works on tasks, two at once, and sends word of them. */
export class TaskQueue {
  readonly tasks: ServiceTask[] = [];
  #deps: TaskQueueDeps;
  #jobs = new Map<string, Job>();
  #slots = new Slots(2);

  constructor(deps: TaskQueueDeps) {
    this.#deps = deps;
  }

  find(taskId: string): ServiceTask | undefined {
    return this.#jobs.get(taskId)?.task;
  }

  /** Starts the work. */
  take(task: ServiceTask, behaviour: Behaviour): void {
    const abort = new AbortController();
    const done = this.#perform(task, behaviour, abort.signal).catch((error) => {
      if (!abort.signal.aborted) this.#deps.log(`broken ${task.taskId} ${error}`);
    });
    this.tasks.push(task);
    this.#jobs.set(task.taskId, { task, behaviour, abort, done });
  }

  /** Resolves when a task has ended, cancelled included, and its callbacks were tried. */
  async ended(taskId: string): Promise<void> {
    const job = this.#jobs.get(taskId);
    if (!job) return;
    const { done } = job;
    await done;
    // A cancel has put its own callback behind it.
    if (job.done !== done) await job.done;
  }

  /** Ends a live task; false for one that has ended. */
  cancel(taskId: string): boolean {
    const job = this.#jobs.get(taskId);
    if (!job || !isLive(job.task)) return false;
    if (job.behaviour.ignoresCancel) return true;
    end(job.task, { state: "cancelled", error: "Cancelled by request" });
    job.abort.abort();
    const told = job.done.then(() => this.#tell(job.task, job.behaviour));
    job.done = told.catch((error) => this.#deps.log(`broken ${taskId} ${error}`));
    return true;
  }

  /** Posts the last word of an ended task again; the status it was answered with. */
  async redeliver(taskId: string): Promise<number | null> {
    const task = this.find(taskId);
    if (!task || isLive(task)) throw new Error(`Cannot redeliver: task ${taskId} has not ended`);
    const { sender, kind, form } = this.#deps;
    return await sender.post(task, JSON.stringify(bodyOf(task, kind, form)));
  }

  async stop(): Promise<void> {
    for (const job of this.#jobs.values()) job.abort.abort();
    await Promise.all([...this.#jobs.values()].map((job) => job.done));
  }

  async #perform(task: ServiceTask, behaviour: Behaviour, signal: AbortSignal): Promise<void> {
    await pauseOrThrow(TAKE_OFF_MS, signal);
    const [first, ...later] = this.#deps.progress;
    await this.#report(task, behaviour, first);
    await pauseOrThrow(behaviour.stuck ? 2 ** 31 - 1 : behaviour.slowMs ?? 0, signal);

    const result = await this.#slots.run(() => this.#result(task, behaviour, signal), signal);
    for (const percent of later) await this.#report(task, behaviour, percent);
    // A cancel that came meanwhile has the last word.
    signal.throwIfAborted();
    end(task, result);
    this.#deps.log(`ended ${task.taskId} ${this.#deps.kind.name} ${task.state}`);
    await pauseOrThrow(behaviour.callbackAfterMs ?? 0, signal);
    await this.#tell(task, behaviour);
  }

  async #report(
    task: ServiceTask,
    { callback }: Behaviour,
    percent: number | undefined,
  ): Promise<void> {
    if (!isLive(task)) return;
    task.state = "processing";
    if (percent === undefined) return;
    task.progress = percent;
    if (callback === "silent") return;
    const { sender, kind, form } = this.#deps;
    await sender.post(task, JSON.stringify(bodyOf(task, kind, form)));
  }

  async #tell(task: ServiceTask, behaviour: Behaviour): Promise<void> {
    const { sender, kind, form } = this.#deps;
    const badly = behaviour.callback === "bad_signature";
    for (const text of finalTexts(task, { kind, form, behaviour })) {
      await sender.post(task, text, { badly });
    }
  }

  async #result(
    { path, input }: ServiceTask,
    { fail, noMedia }: Behaviour,
    signal: AbortSignal,
  ): Promise<Result> {
    if (fail !== undefined) return { state: "failed", error: fail };
    const { kind, media, shortSide } = this.#deps;
    try {
      const made = await workAt(kind, path).make(input, { media, shortSide, signal });
      const page = noMedia ? { [kind.urlField]: await publishPage(media) } : {};
      return { state: "completed", made: { ...made, ...page } };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ModelError)) this.#deps.log(`broken ${error}`);
      return { state: "failed", error: wordsOf(error) };
    }
  }
}

type Result = Pick<ServiceTask, "state"> & Partial<Pick<ServiceTask, "made" | "error">>;

function end(task: ServiceTask, result: Result): void {
  Object.assign(task, result, { endedAt: Date.now() });
  if (result.state === "completed") task.progress = 100;
}

/** The complaint of a model about its input, as a service would pass it on. */
function wordsOf(error: unknown): string {
  if (!(error instanceof ModelError)) return "Internal error";
  const { detail } = error.body;
  const [first] = Array.isArray(detail) ? detail : [];
  return typeof first?.msg === "string" ? first.msg : JSON.stringify(detail);
}
