import { isSuccess, NoAnswer } from "../call_once.ts";
import type { CancelRequest } from "../provider.ts";
import type { Answer } from "../transitions/steps.ts";
import { callService, isTaskId } from "./call_service.ts";
import type { ServiceDeps } from "./service.ts";

/** Unknown (404, 410) and finished already (409): nothing of ours runs there any more. */
const OVER = new Set([404, 409, 410]);

/** The service has no way to cancel; asking again would not give it one. */
const NO_ROUTE = new Set([405, 501]);

/** Tells a service to stop. */
export async function cancelTask(
  deps: ServiceDeps,
  { request_id }: CancelRequest,
): Promise<Answer> {
  if (request_id === null || !isTaskId(request_id)) return { state: "completed", output: {} };

  try {
    const reply = await callService(deps, { method: "DELETE", taskId: request_id });
    if (isSuccess(reply) || OVER.has(reply.status)) return { state: "completed", output: {} };
    return failed(deps, `it answered ${reply.status}`, !NO_ROUTE.has(reply.status));
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return failed(deps, error.message, true);
  }
}

function failed({ service }: ServiceDeps, why: string, retryable: boolean): Answer {
  return {
    state: "failed",
    error: { message: `Cannot cancel at ${service.name}: ${why}`, retryable },
  };
}
