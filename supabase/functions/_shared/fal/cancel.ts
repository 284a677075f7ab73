import type { CancelRequest } from "../provider.ts";
import type { Answer } from "../transitions/steps.ts";
import { isSuccess, NoAnswer } from "../call_once.ts";
import { callFal, type FalDeps } from "./call_fal.ts";
import { requestUrls } from "./request_urls.ts";

/** Finished already (400) and unknown (404): nothing of ours runs there any more. */
const OVER = new Set([400, 404]);

/** Tells fal to stop. */
export async function cancelAtFal(deps: FalDeps, request: CancelRequest): Promise<Answer> {
  if (request.request_id === null) return { state: "completed", output: {} };
  const { cancel } = requestUrls(deps, request.model ?? "", request.request_id, request);
  if (request.model === null && cancel !== request.cancel_url) {
    return failed("Cannot cancel at fal: neither its cancel URL nor the model is known", false);
  }

  try {
    const reply = await callFal(deps, "PUT", cancel);
    if (isSuccess(reply) || OVER.has(reply.status)) return { state: "completed", output: {} };
    return failed(`Cannot cancel at fal: it answered ${reply.status}`, true);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return failed(`Cannot cancel at fal: ${error.message}`, true);
  }
}

function failed(message: string, retryable: boolean): Answer {
  return { state: "failed", error: { message, retryable } };
}
