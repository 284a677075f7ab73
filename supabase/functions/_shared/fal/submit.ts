import * as z from "zod";
import { type Fetch, onFreshConnection } from "../fresh_connection.ts";
import type { Submitted } from "../provider.ts";
import { callOnce, isSuccess, NoAnswer, type Reply } from "../call_once.ts";
import { leavesOpen, readRefusal } from "../refusal.ts";
import type { FalDeps } from "./call_fal.ts";
import type { FalRequest } from "./step_request.ts";

const Accepted = z.looseObject({
  request_id: z.string().min(1),
  status_url: z.string().nullish(),
  response_url: z.string().nullish(),
  cancel_url: z.string().nullish(),
});

/** An answer other than 2xx. Not one of the client's own errors: it would send those again. */
class NotAccepted extends Error {
  constructor(readonly reply: Reply) {
    super(`HTTP ${reply.status}`);
  }
}

/** What kept the call from being announced. Wrapped, lest the client take it for a broken network. */
class NotAnnounced extends Error {
  constructor(override readonly cause: unknown) {
    super("The call was not announced");
  }
}

/**
 * Submits a request to fal's queue, once. Every answer is one of three: taken, provably not taken
 * (`failed`), or nobody knows (`lost`, to be looked up before anything is paid a second time).
 */
export async function submitToFal(
  deps: FalDeps,
  request: FalRequest,
  attemptToken: string,
  announce: () => Promise<void> = () => Promise.resolve(),
): Promise<Submitted> {
  const webhook = new URL(deps.callbackUrl);
  webhook.searchParams.set("token", attemptToken);

  let called = false;
  const sendOnce: Fetch = async (url, init) => {
    const reply = await onFreshConnection(deps.fetch, async (fetch) => {
      await announce().catch((error) => {
        throw new NotAnnounced(error);
      });
      called = true;
      return await callOnce({ ...deps, fetch }, addressOf(url), init ?? {});
    });
    if (!isSuccess(reply)) throw new NotAccepted(reply);
    return new Response(reply.body, { headers: { "content-type": "application/json" } });
  };

  // With the first submission: loading fal's client would keep the bell waiting for its answer.
  const { clientFor } = await import("./client.ts");
  try {
    const answer: unknown = await clientFor(deps, sendOnce, request.traceparent).queue.submit(
      request.endpoint,
      {
        input: request.input,
        webhookUrl: webhook.href,
      },
    );
    const { request_id, status_url, response_url, cancel_url } = Accepted.parse(answer);
    return {
      state: "accepted",
      submission: {
        request_id,
        status_url: status_url ?? null,
        response_url: response_url ?? null,
        cancel_url: cancel_url ?? null,
      },
    };
  } catch (error) {
    if (error instanceof NotAnnounced) throw error.cause;
    if (error instanceof NotAccepted) return notAccepted(deps, error.reply, attemptToken);
    if (error instanceof NoAnswer) return noAnswer(error);
    // Past the call, only reading its answer can fail: fal said yes and we cannot read to what.
    return called
      ? { state: "lost", message: "fal's answer to the submission cannot be read" }
      : { state: "failed", error: { message: "Cannot address fal's queue", retryable: false } };
  }
}

function notAccepted({ key, now }: FalDeps, reply: Reply, attemptToken: string): Submitted {
  const error = readRefusal(reply, {
    provider: "fal",
    keyVariable: "FAL_KEY",
    secrets: [key, attemptToken],
    now: now(),
  });
  return leavesOpen(reply.status)
    ? { state: "lost", message: error.message }
    : { state: "failed", error };
}

function noAnswer({ sent, message }: NoAnswer): Submitted {
  return sent
    ? { state: "lost", message: `fal did not answer the submission: ${message}` }
    : { state: "failed", error: { message: `Cannot reach fal: ${message}`, retryable: true } };
}

function addressOf(url: Parameters<Fetch>[0]): string {
  return url instanceof Request ? url.url : String(url);
}
