import { givenUp } from "../given_up.ts";
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
  if (request.request_id === null) return givenUp();
  const { cancel } = requestUrls(deps, request.model ?? "", request.request_id, request);
  if (request.model === null && cancel !== request.cancel_url) {
    return failed("Cannot cancel at fal: neither its cancel URL nor the model is known", false);
  }

  try {
    const reply = await callFal(deps, "PUT", cancel);
    if (reply.status === FINISHED) return await whatItMade(deps, request);
    if (isSuccess(reply) || reply.status === UNKNOWN) return givenUp();
    return failed(`Cannot cancel at fal: it answered ${reply.status}`, true);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return failed(`Cannot cancel at fal: ${error.message}`, true);
  }
}

/** Only what a model made is worth keeping; the other addresses are built from the model's. */
async function whatItMade(deps: FalDeps, request: CancelRequest): Promise<Answer> {
  const { model, request_id } = request;
  if (model === null) return givenUp();
  const answer = await askFal(deps, model, { request_id, status_url: null, response_url: null });
  return answer.state === "unreachable" ? failed(answer.message, true) : givenUp(answer);
}

function failed(message: string, retryable: boolean): Answer {
  return { state: "failed", error: { message, retryable } };
}
