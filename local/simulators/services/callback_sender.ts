import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { pauseOrThrow } from "../pause_or_throw.ts";
import type { CallbackTry, ServiceTask } from "./task.ts";

/** `hex`: HMAC-SHA256 of the body in one header; `standard`: Standard Webhooks 1.0. */
export type Signing = "hex" | "standard";

export type CallbackSenderOptions = {
  /** One secret. */
  secret: string;
  signing: Signing;
  /** Of the hex signature. */
  signatureHeader: string;
  /** Milliseconds that a try has. */
  timeoutMs: number;
  /** Multiplies the pauses between tries. */
  timeScale: number;
  fetch: typeof fetch;
  log: (line: string) => void;
  /** Ends every pause and every open try. */
  signal: AbortSignal;
};

const RETRIES = 5;
const FIRST_PAUSE_MS = 1_000;

/** Posts callbacks, signed, until they are answered with 2xx or five retries are over. */
export class CallbackSender {
  #options: CallbackSenderOptions;
  #retries = new Set<Promise<void>>();
  // Deno's fetch sends a POST again by itself when the peer closes a connection that it reused.
  #client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

  constructor(options: CallbackSenderOptions) {
    this.#options = options;
  }

  /** Waits for what `signal` ended. */
  async close(): Promise<void> {
    await Promise.all(this.#retries);
    this.#client.close();
  }

  /** Ends after the first try; the retries go on by themselves. */
  async post(task: ServiceTask, text: string, { badly = false } = {}): Promise<number | null> {
    const url = task.input.webhook_url;
    if (typeof url !== "string") return null;
    const id = `msg_${crypto.randomUUID()}`;
    const attempt = () => this.#try(task, url, { id, text, badly });
    const status = await attempt();
    if (!isTaken(status)) {
      const retries = this.#retry(attempt).catch(() => {})
        .finally(() => this.#retries.delete(retries));
      this.#retries.add(retries);
    }
    return status;
  }

  async #retry(attempt: () => Promise<number | null>): Promise<void> {
    const { timeScale, signal } = this.#options;
    for (let retry = 0; retry < RETRIES; retry++) {
      await pauseOrThrow(FIRST_PAUSE_MS * 2 ** retry * timeScale, signal);
      if (isTaken(await attempt())) return;
    }
  }

  async #try(
    task: ServiceTask,
    url: string,
    message: { id: string; text: string; badly: boolean },
  ): Promise<number | null> {
    const { fetch, timeoutMs, signal, log } = this.#options;
    const headers = {
      "content-type": "application/json",
      "user-agent": "Service-Simulator/1.0",
      ...headersOf(task.input.webhook_headers),
      ...this.#sign(message),
    };
    const tried: CallbackTry = {
      at: Date.now(),
      status: null,
      error: null,
      body: message.text,
      headers,
    };
    task.callbacks.push(tried);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers,
        body: message.text,
        redirect: "manual",
        client: this.#client,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.body?.cancel();
      tried.status = response.status;
    } catch (error) {
      tried.error = error instanceof Error ? error.message : String(error);
    }
    log(`callback ${task.taskId} ${tried.status ?? tried.error}`);
    return tried.status;
  }

  #sign(
    { id, text, badly }: { id: string; text: string; badly: boolean },
  ): Record<string, string> {
    const { signing, signatureHeader } = this.#options;
    const secret = badly ? "another-secret" : this.#options.secret;
    if (signing === "hex") {
      return { [signatureHeader]: createHmac("sha256", secret).update(text).digest("hex") };
    }
    const whsec = /^(v1,)?whsec_/.test(secret);
    const webhook = whsec
      ? new Webhook(secret.replace("v1,", ""))
      : new Webhook(secret, { format: "raw" });
    const now = new Date();
    return {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": webhook.sign(id, now, text),
    };
  }
}

function isTaken(status: number | null): boolean {
  return status !== null && status < 300;
}

/** The headers that the request asked for. */
function headersOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
