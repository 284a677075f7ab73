import type { BillLine, FalRequest } from "./account.ts";
import type { Rule } from "./behaviour.ts";

export type FalOptions = {
  /** Of the queue; 0 takes a free one. The other hosts always take free ones. */
  port?: number;
  log?: (line: string) => void;
  /** API keys that are let in; default: any. */
  keys?: string[];
  /** Pixels of the shorter side of what is made; smaller is faster. */
  shortSide?: number;
  /** Multiplies the webhook policy's timeouts and pauses: 0.001 makes a second a millisecond. */
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

export function startFal(_options: FalOptions = {}): Promise<FalSimulator> {
  throw new Error("Cannot start fal: not there yet");
}
