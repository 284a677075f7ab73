import type { FalRequest, WebhookTry } from "./account.ts";
import type { Behaviour } from "./behaviour.ts";
import { pauseOrThrow } from "../pause_or_throw.ts";
import { pythonJson } from "./python_json.ts";
import type { SigningKey } from "./signing_key.ts";

export type WebhookPolicy = {
  /** Of the first try; each further one has eight times as long. fal: 15 s, then 120 s. */
  timeoutMs: number;
  /** Multiplies the pauses between tries and the time after which fal gives up. */
  timeScale: number;
};

const MAX_RETRIES = 31;
// fal says only that the pauses grow.
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;
const LARGE_RESULT_BYTES = 10_000;

export type WebhookSenderDeps = {
  key: SigningKey;
  userId: string;
  policy: WebhookPolicy;
  log: (line: string) => void;
  /** Ends every pause and every open try. */
  signal: AbortSignal;
};

/** Delivers what became of requests, trying again as fal does. */
export class WebhookSender {
  #deps: WebhookSenderDeps;
  #retries = new Set<Promise<void>>();
  // Deno's fetch sends a POST again by itself when the peer closes a connection that it reused.
  #client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

  constructor(deps: WebhookSenderDeps) {
    this.#deps = deps;
  }

  /** Waits for what `signal` ended. */
  async close(): Promise<void> {
    await Promise.all(this.#retries);
    this.#client.close();
  }

  /** Ends after the first try; the retries go on by themselves. */
  async deliver(request: FalRequest, behaviour: Behaviour): Promise<number | null> {
    const { webhook } = behaviour;
    if (request.webhookUrl === null || webhook === "silent") return null;
    await pauseOrThrow(behaviour.webhookAfterMs ?? 0, this.#deps.signal);
    const first = await this.try(request, behaviour, this.#deps.policy.timeoutMs);
    if (webhook === "twice") await this.#post(request, first, this.#deps.policy.timeoutMs);
    if (isRetried(first)) {
      const retries = this.#retry(request, behaviour).catch(() => {})
        .finally(() => this.#retries.delete(retries));
      this.#retries.add(retries);
    }
    return first.status;
  }

  /** One try, signed anew. */
  async try(request: FalRequest, behaviour: Behaviour, timeoutMs: number): Promise<WebhookTry> {
    const requestId = behaviour.webhook === "wrong_request_id"
      ? crypto.randomUUID()
      : request.requestId;
    const body = pythonJson(webhookBody(requestId, request, behaviour));
    const headers = await this.#deps.key.sign({
      requestId,
      userId: this.#deps.userId,
      at: Date.now() - (behaviour.webhook === "stale_timestamp" ? 600_000 : 0),
      body: new TextEncoder().encode(body),
    });
    if (behaviour.webhook === "bad_signature") {
      headers["X-Fal-Webhook-Signature"] = "00".repeat(64);
    }
    return await this.#post(request, { body, headers }, timeoutMs);
  }

  async #retry(request: FalRequest, behaviour: Behaviour): Promise<void> {
    const { policy, signal } = this.#deps;
    const large = JSON.stringify(request.result?.body ?? null).length >= LARGE_RESULT_BYTES;
    const until = Date.now() + (large ? 6 : 60) * 60_000 * policy.timeScale;
    for (let retry = 0; retry < MAX_RETRIES; retry++) {
      const wait = Math.min(FIRST_PAUSE_MS * 2 ** retry, LONGEST_PAUSE_MS) * policy.timeScale;
      if (Date.now() + wait > until) return;
      await pauseOrThrow(wait, signal);
      if (!isRetried(await this.try(request, behaviour, policy.timeoutMs * 8))) return;
    }
  }

  async #post(
    request: FalRequest,
    { body, headers }: { body: string; headers: Record<string, string> },
    timeoutMs: number,
  ): Promise<WebhookTry> {
    const { log, signal } = this.#deps;
    const sent: WebhookTry = { at: Date.now(), status: null, error: null, body, headers };
    request.webhooks.push(sent);
    try {
      const response = await fetch(request.webhookUrl ?? "", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
        redirect: "manual",
        client: this.#client,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.body?.cancel();
      sent.status = response.status;
    } catch (error) {
      sent.error = error instanceof Error ? error.message : String(error);
    }
    log(`webhook ${request.requestId} ${sent.status ?? sent.error}`);
    return sent;
  }
}

/** A redirect is a permanent failure to fal. */
function isRetried({ status }: WebhookTry): boolean {
  return status === null || status >= 400;
}

function webhookBody(
  requestId: string,
  request: FalRequest,
  behaviour: Behaviour,
): Record<string, unknown> {
  const { status = 500, body = null } = request.result ?? {};
  const payload = behaviour.webhook === "wrong_payload" ? { seed: 1 } : body;
  return {
    request_id: requestId,
    gateway_request_id: requestId,
    status: status < 400 ? "OK" : "ERROR",
    error: status < 400 ? null : `Invalid status code: ${status}`,
    payload: behaviour.payloadError === undefined ? payload : null,
    payload_error: behaviour.payloadError,
  };
}
