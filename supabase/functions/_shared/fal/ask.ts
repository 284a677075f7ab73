import * as z from "zod";
import type { Answer, Attempt } from "../transitions/steps.ts";
import { isSuccess, NoAnswer, type Reply } from "../call_once.ts";
import { readJson } from "../json.ts";
import { callFal, type FalDeps } from "./call_fal.ts";
import { CANCELLED, errorTypeIn, isRetryableType, statusIn } from "./error_type.ts";
import { NO_FILE, readOutput } from "./output.ts";
import { ownWords } from "../own_words.ts";
import { mayPassLater, saysNothing } from "../refusal.ts";
import { requestUrls } from "./request_urls.ts";

/** A failed request is COMPLETED too, with an `error`: the queue has no status for failure. */
const QueueStatus = z.looseObject({
  status: z.enum(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]),
  error: z.unknown().optional(),
  error_type: z.string().nullish(),
});
type QueueStatus = z.infer<typeof QueueStatus>;

/** What the result's address answers while the request is under way. */
const NOT_YET = 400;

/** Asks fal what became of a request: its status first, then its result. */
export async function askFal(
  deps: FalDeps,
  endpoint: string,
  attempt: Pick<Attempt, "request_id" | "status_url" | "response_url">,
): Promise<Answer> {
  if (attempt.request_id === null) {
    return { state: "lost", message: "Cannot ask fal: the request's id is not known" };
  }
  const urls = requestUrls(deps, endpoint, attempt.request_id, attempt);

  try {
    const asked = await callFal(deps, "GET", urls.status);
    if (asked.status === 404) return await askWithoutStatus(deps, urls.response);
    const status = QueueStatus.safeParse(readJson(asked.body));
    if (!isSuccess(asked) || !status.success) {
      return { ...unreachable("its status", asked.status), away: saysNothing(asked.status) };
    }
    if (status.data.status !== "COMPLETED") return { state: "in_progress" };

    return readResult(deps, await callFal(deps, "GET", urls.response), status.data);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { state: "unreachable", message: `Cannot ask fal: ${error.message}`, away: true };
  }
}

/** What fal's status page does not know, its result may still tell: it is paid for once it is there. */
async function askWithoutStatus(deps: FalDeps, url: string): Promise<Answer> {
  const reply = await callFal(deps, "GET", url);
  if (reply.status === 404) return forgotten();
  if (reply.status === NOT_YET) return unreachable("its status", 404);
  return readResult(deps, reply, { status: "COMPLETED" });
}

function readResult(deps: FalDeps, reply: Reply, status: QueueStatus): Answer {
  const body = readJson(reply.body);
  const ownType = ownTypeOf(reply, body);
  const errorType = status.error_type ?? ownType;
  if (errorType === CANCELLED) return { state: "cancelled" };

  if (isSuccess(reply) && !status.error && errorType === null) {
    // A page instead, of whoever stands before fal.
    return body === undefined ? unreachable("the result", reply.status) : read(body);
  }
  if (!isFailureOfRequest(reply, status, ownType)) {
    return { ...unreachable("the result", reply.status), away: saysNothing(reply.status) };
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
 * error without that, or with another code than the status names, may be the gateway's own: the
 * result, perhaps paid for, is still there, and is asked for again.
 */
function isFailureOfRequest(
  { status: code }: Reply,
  status: QueueStatus,
  ownType: string | null,
): boolean {
  if (code === 401 || code === 403 || isRedirect(code)) return false;
  if (ownType !== null || !mayPassLater(code)) return true;
  const named = statusIn(status.error);
  if (named !== null) return named === code;
  return Boolean(status.error) || (status.error_type ?? null) !== null;
}

function read(body: unknown): Answer {
  const output = readOutput(body);
  return output === null ? { state: "failed", error: NO_FILE } : { state: "completed", output };
}

/** What the answer itself says of its kind. */
function ownTypeOf(reply: Reply, body: unknown): string | null {
  return reply.headers.get("x-fal-error-type") ?? errorTypeIn(body);
}

/**
 * fal took the request once and does not know it any more: whether it was paid for cannot be
 * learnt, so that it is not to be submitted again.
 */
function forgotten(): Answer {
  const message = "fal no longer knows the request (404): its outcome cannot be learnt";
  return { state: "failed", error: { message, retryable: false } };
}

function unreachable(what: string, status: number): Extract<Answer, { state: "unreachable" }> {
  const hint = status === 401 || status === 403 ? "FAL_KEY was refused" : "no usable answer";
  return { state: "unreachable", message: `Cannot ask fal for ${what}: ${hint} (${status})` };
}

function isRedirect(code: number): boolean {
  return code >= 300 && code < 400;
}
