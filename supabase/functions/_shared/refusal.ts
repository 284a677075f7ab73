import type { Reply } from "./call_once.ts";
import { readJson } from "./json.ts";
import { ownWords } from "./own_words.ts";
import { readRetryAfter } from "./retry_after.ts";
import type { Failure } from "./transitions/results.ts";

/** 408 and 429 ask to come again; a 5xx is fal's trouble, not the request's. */
export function mayPassLater(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** A gateway that says it heard nothing usable from the queue behind it, or not in time. */
const HEARD_NOTHING = new Set([502, 504, 520, 522, 524]);

/**
 * True where an error status leaves open whether the queue took the request: the gateway passed it
 * on and knows no answer. All other errors are the queue's own: it took nothing.
 */
export function leavesOpen(status: number): boolean {
  return HEARD_NOTHING.has(status);
}

/** Says in one sentence, fal's own words included, why a submission was not taken. */
export function readRefusal(
  reply: Reply,
  { secrets, now }: { secrets: readonly string[]; now: number },
): Failure {
  const { status, headers, body } = reply;
  const words = ownWords(readJson(body), secrets);
  const who = status === 401 || status === 403 ? "fal refused FAL_KEY" : "fal refused the request";
  const retryAfter = readRetryAfter(headers, now);

  return {
    message: `${who} (${status})${words === null ? "" : `: ${words}`}`,
    retryable: mayPassLater(status),
    ...(retryAfter === null ? {} : { retry_after: retryAfter }),
  };
}
