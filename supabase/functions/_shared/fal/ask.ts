import { z } from "zod";
import type { Answer, Attempt } from "../transitions/steps.ts";
import { callFal, type FalDeps, NoAnswer, readJson, type Reply } from "../call_once.ts";
import { CANCELLED, isRetryableType } from "./error_type.ts";
import { readOutput } from "./output.ts";
import { ownWords } from "../own_words.ts";
import { mayPassLater } from "../refusal.ts";
import { requestUrls } from "./request_urls.ts";

/** A failed request is COMPLETED too, with an `error`: the queue has no status for failure. */
const QueueStatus = z.looseObject({
  status: z.enum(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]),
  error: z.unknown().optional(),
  error_type: z.string().nullish(),
});
type QueueStatus = z.infer<typeof QueueStatus>;

const ErrorType = z.looseObject({ error_type: z.string() });

/** Asks fal what became of a request: its status first, then its result. */
export async function askFal(
  deps: FalDeps,
  endpoint: string,
  attempt: Attempt,
): Promise<Answer> {
  if (attempt.request_id === null) {
    return { state: "lost", message: "Cannot ask fal: the request's id is not known" };
  }
  const urls = requestUrls(deps, endpoint, attempt.request_id, attempt);

  try {
    const asked = await callFal(deps, "GET", urls.status);
    if (asked.status === 404) return forgotten();
    const status = QueueStatus.safeParse(readJson(asked.body));
    if (!isSuccess(asked) || !status.success) return unreachable("its status", asked.status);
    if (status.data.status !== "COMPLETED") return { state: "in_progress" };

    return readResult(deps, await callFal(deps, "GET", urls.response), status.data);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { state: "unreachable", message: `Cannot ask fal: ${error.message}` };
  }
}

function readResult(deps: FalDeps, reply: Reply, status: QueueStatus): Answer {
  const body = readJson(reply.body);
  const errorType = typeOf(reply, body, status);
  if (errorType === CANCELLED) return { state: "cancelled" };

  if (isSuccess(reply) && !status.error && errorType === null) return read(body);
  if (!isFailureOfRequest(reply, status, errorType)) {
    return unreachable("the result", reply.status);
  }

  const words = ownWords(body, [deps.key]) ?? ownWords({ error: status.error }, [deps.key]);
  const byType = errorType === null ? null : isRetryableType(errorType);
  return {
    state: "failed",
    error: {
      message: words ?? `fal answered ${reply.status}${errorType ? ` (${errorType})` : ""}`,
      retryable: byType ?? mayPassLater(reply.status),
    },
  };
}

/**
 * The result's address answers with the model's HTTP error, and the status names an error then. An
 * error without that may be the gateway's own: the result, paid for, is still there, and is asked
 * for again.
 */
function isFailureOfRequest(
  { status: code }: Reply,
  status: QueueStatus,
  errorType: string | null,
): boolean {
  if (code === 401 || code === 403) return false;
  if (status.error || errorType !== null) return true;
  return !mayPassLater(code);
}

function read(body: unknown): Answer {
  const output = readOutput(body);
  if (output !== null) return { state: "completed", output };
  const message = "fal's result has no file that we know how to read";
  return { state: "failed", error: { message, retryable: false } };
}

function typeOf(reply: Reply, body: unknown, status: QueueStatus): string | null {
  const inBody = ErrorType.safeParse(body);
  return status.error_type ?? reply.headers.get("x-fal-error-type") ??
    (inBody.success ? inBody.data.error_type : null);
}

/**
 * fal took the request once and does not know it any more: whether it was paid for cannot be
 * learnt, so that it is not to be submitted again.
 */
function forgotten(): Answer {
  const message = "fal no longer knows the request (404): its outcome cannot be learnt";
  return { state: "failed", error: { message, retryable: false } };
}

function unreachable(what: string, status: number): Answer {
  const hint = status === 401 || status === 403 ? "FAL_KEY was refused" : "no usable answer";
  return { state: "unreachable", message: `Cannot ask fal for ${what}: ${hint} (${status})` };
}

function isSuccess({ status }: Reply): boolean {
  return status >= 200 && status < 300;
}
