import type { CancelRequest } from "../provider.ts";
import type { Answer } from "../transitions/steps.ts";
import { isSuccess, NoAnswer } from "../call_once.ts";
import { askFal } from "./ask.ts";
import { callFal, type FalDeps } from "./call_fal.ts";
import { requestUrls } from "./request_urls.ts";

const FINISHED = 400;
const UNKNOWN = 404;

/** Tells fal to stop. What was finished before that is paid for, and told of. */
export async function cancelAtFal(deps: FalDeps, request: CancelRequest): Promise<Answer> {
  if (request.request_id === null) return { state: "completed", output: {} };
  const { cancel } = requestUrls(deps, request.model ?? "", request.request_id, request);
  if (request.model === null && cancel !== request.cancel_url) {
    return failed("Cannot cancel at fal: neither its cancel URL nor the model is known", false);
  }

  try {
    const reply = await callFal(deps, "PUT", cancel);
    if (reply.status === FINISHED) return await whatItMade(deps, request);
    if (isSuccess(reply) || reply.status === UNKNOWN) return { state: "completed", output: {} };
    return failed(`Cannot cancel at fal: it answered ${reply.status}`, true);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return failed(`Cannot cancel at fal: ${error.message}`, true);
  }
}

/** Only what a model made is worth keeping; the other addresses are built from the model's. */
async function whatItMade(deps: FalDeps, request: CancelRequest): Promise<Answer> {
  const { model, request_id } = request;
  if (model === null) return { state: "completed", output: {} };
  const answer = await askFal(deps, model, { request_id, status_url: null, response_url: null });
  if (answer.state === "unreachable") return failed(answer.message, true);
  return {
    state: "completed",
    output: answer.state === "completed" ? { made: answer.output } : {},
  };
}

function failed(message: string, retryable: boolean): Answer {
  return { state: "failed", error: { message, retryable } };
}
