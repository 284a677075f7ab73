import { type FalRequest, isLive } from "./account.ts";
import type { Behaviour } from "./behaviour.ts";
import type { CannedMedia } from "./canned_media.ts";
import { downloadInputs } from "./download_input.ts";
import { findEndpoint } from "./endpoints.ts";
import type { MediaStore } from "./media_store.ts";
import { pauseOrThrow } from "../pause_or_throw.ts";
import { Slots } from "../slots.ts";
import { runModel } from "./run_model.ts";
import { ModelError, validateInput } from "./validate.ts";
import type { WebhookSender } from "./webhook_sender.ts";

export type WorkQueueDeps = {
  media: MediaStore;
  sender: WebhookSender;
  shortSide: number;
  /** Null: everything is made anew. */
  canned: CannedMedia | null;
  /** False while files that were made may not be had. */
  filesAreWell: () => boolean;
  log: (line: string) => void;
};

type Job = {
  request: FalRequest;
  behaviour: Behaviour;
  abort: AbortController;
  done: Promise<void>;
};

/** Lets the answer to the submit leave before any word of the result. */
const TAKE_OFF_MS = 10;

/** Runs what was submitted, two at once, and sends word of it. */
export class WorkQueue {
  readonly requests: FalRequest[] = [];
  #deps: WorkQueueDeps;
  #jobs = new Map<string, Job>();
  #slots = new Slots(2);

  constructor(deps: WorkQueueDeps) {
    this.#deps = deps;
  }

  find(requestId: string): FalRequest | undefined {
    return this.#jobs.get(requestId)?.request;
  }

  /** Starts the work. */
  take(request: FalRequest, behaviour: Behaviour): void {
    const abort = new AbortController();
    const done = this.#perform(request, behaviour, abort.signal).catch((error) => {
      if (!abort.signal.aborted) this.#deps.log(`failed ${request.requestId} ${error}`);
    });
    this.requests.push(request);
    this.#jobs.set(request.requestId, { request, behaviour, abort, done });
  }

  /** Resolves when a request has ended, cancelled included, and its first delivery was tried. */
  async ended(requestId: string): Promise<void> {
    await this.#jobs.get(requestId)?.done;
  }

  /** How many requests stand before this one. */
  position(request: FalRequest): number {
    const queued = this.requests.filter(({ state }) => state === "IN_QUEUE");
    return Math.max(0, queued.indexOf(request));
  }

  cancel(requestId: string): "CANCELLATION_REQUESTED" | "ALREADY_COMPLETED" | "NOT_FOUND" {
    const job = this.#jobs.get(requestId);
    if (!job) return "NOT_FOUND";
    if (!isLive(job.request)) return "ALREADY_COMPLETED";
    if (job.behaviour.ignoresCancel) return "CANCELLATION_REQUESTED";
    job.request.state = "CANCELLED";
    job.request.endedAt = Date.now();
    const body = { detail: "Request was cancelled", error_type: "client_cancelled" };
    job.request.result = { status: 499, body };
    job.abort.abort();
    this.#deps.log(`cancelled ${requestId}`);
    return "CANCELLATION_REQUESTED";
  }

  /** Sends the webhook of an ended request again, signed anew; the status it was answered with. */
  async redeliver(requestId: string): Promise<number | null> {
    const request = this.find(requestId);
    if (!request?.result) throw new Error(`Cannot redeliver: request ${requestId} has not ended`);
    return await this.#deps.sender.deliver(request, {});
  }

  async stop(): Promise<void> {
    for (const job of this.#jobs.values()) job.abort.abort();
    await Promise.all([...this.#jobs.values()].map((job) => job.done));
  }

  async #perform(request: FalRequest, behaviour: Behaviour, signal: AbortSignal): Promise<void> {
    await pauseOrThrow(TAKE_OFF_MS, signal);
    if (behaviour.stuck || behaviour.slowMs) {
      begin(request);
      await pauseOrThrow(behaviour.stuck ? 2 ** 31 - 1 : behaviour.slowMs ?? 0, signal);
    }
    const result = await this.#slots.run(async () => {
      begin(request);
      const result = await this.#result(request, behaviour, signal);
      signal.throwIfAborted();
      request.result = result;
      request.state = "COMPLETED";
      request.endedAt = Date.now();
      request.billed = result.status === 200;
      return result;
    }, signal);
    this.#deps.log(`ended ${request.requestId} ${request.endpoint} ${result.status}`);
    await this.#deps.sender.deliver(request, behaviour);
  }

  async #result(request: FalRequest, behaviour: Behaviour, signal: AbortSignal) {
    const { fail } = behaviour;
    if (fail) {
      const errorType = fail.errorType === undefined ? {} : { error_type: fail.errorType };
      return { status: fail.status, body: { detail: fail.detail, ...errorType } };
    }
    const endpoint = findEndpoint(request.endpoint);
    if (!endpoint) throw new Error(`Cannot run ${request.endpoint}: unknown endpoint`);
    const { media, shortSide, canned, filesAreWell } = this.#deps;
    const deps = { media, shortSide, signal, expiresMs: behaviour.mediaExpiresMs };
    try {
      const complaints = validateInput(endpoint, request.input);
      if (complaints.length > 0) throw new ModelError(422, { detail: complaints });
      // Whoever makes nothing anew reads no input; where that might fail, it is read all the same.
      if (canned && !filesAreWell()) await downloadInputs(request.input, deps);
      const make = () => runModel(endpoint, request.input, deps);
      const body = canned ? canned.answer(endpoint, request.input, make, deps) : make();
      return { status: 200, body: await body };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ModelError) return { status: error.status, body: error.body };
      this.#deps.log(`broken ${request.requestId} ${error}`);
      return {
        status: 500,
        body: { detail: "Internal server error", error_type: "internal_error" },
      };
    }
  }
}

function begin(request: FalRequest): void {
  request.state = "IN_PROGRESS";
  request.startedAt ??= Date.now();
}
