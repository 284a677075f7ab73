import type { Reply } from "./call_once.ts";
import { readJson } from "./json.ts";
import { ownWords } from "./own_words.ts";
import { readRetryAfter } from "./retry_after.ts";
import type { Failure } from "./transitions/results.ts";

/** 408 and 429 ask to come again; a 5xx is the other side's trouble, not the request's. */
export function mayPassLater(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Key, balance or rights: nothing of the request's own, and mended by whoever runs this installation. */
const ABOUT_THE_ACCOUNT = new Set([401, 402, 403]);

/** True of an answer that is no word about what was asked: whoever could tell is away, or does not let us in just now. */
export function saysNothing(status: number): boolean {
  return mayPassLater(status) || ABOUT_THE_ACCOUNT.has(status);
}

/** A gateway that says it heard nothing usable from the server behind it, or not in time. */
const HEARD_NOTHING = new Set([502, 504, 520, 522, 524]);

/**
 * True where an error status leaves open whether the request was taken: the gateway passed it on and
 * knows no answer. All other errors are the server's own: it took nothing.
 */
export function leavesOpen(status: number): boolean {
  return HEARD_NOTHING.has(status);
}

/** Says in one sentence, the provider's own words included, why it did not take a request. */
export function readRefusal(
  { status, headers, body }: Reply,
  { provider, keyVariable, secrets, now }: {
    /** As the sentence begins. */
    provider: string;
    /** The variable with its key, which 401 and 403 are about. */
    keyVariable: string;
    /** Blanked in the provider's words. */
    secrets: readonly string[];
    /** Milliseconds. */
    now: number;
  },
): Failure {
  const what = status === 401 || status === 403 ? keyVariable : "the request";
  const words = ownWords(readJson(body), secrets);
  const retryAfter = readRetryAfter(headers, now);
  return {
    message: `${provider} refused ${what} (${status})${words === null ? "" : `: ${words}`}`,
    retryable: saysNothing(status),
    ...(retryAfter === null ? {} : { retry_after: retryAfter }),
  };
}
