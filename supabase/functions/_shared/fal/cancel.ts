import type { CancelRequest } from "../provider.ts";
import type { Answer } from "../transitions/steps.ts";
import { callFal, type FalDeps, NoAnswer } from "../call_once.ts";
import { requestUrls } from "./request_urls.ts";

/**
 * Tells fal to stop. Cancelled, finished already (400) and unknown (404) all mean that nothing of
 * ours runs there any more.
 */
export async function cancelAtFal(deps: FalDeps, request: CancelRequest): Promise<Answer> {
  if (request.request_id === null) return { state: "completed", output: {} };
  const { cancel } = requestUrls(deps, request.model ?? "", request.request_id, request);
  if (request.model === null && cancel !== request.cancel_url) {
    return failed("Cannot cancel at fal: neither its cancel URL nor the model is known", false);
  }

  try {
    const { status } = await callFal(deps, "PUT", cancel);
    if ((status >= 200 && status < 300) || status === 400 || status === 404) {
      return { state: "completed", output: {} };
    }
    return failed(`Cannot cancel at fal: it answered ${status}`, true);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return failed(`Cannot cancel at fal: ${error.message}`, true);
  }
}

function failed(message: string, retryable: boolean): Answer {
  return { state: "failed", error: { message, retryable } };
}
