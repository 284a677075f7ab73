import { isSuccess, NoAnswer } from "../call_once.ts";
import { givenUp } from "../given_up.ts";
import type { CancelRequest } from "../provider.ts";
import type { Answer } from "../transitions/steps.ts";
import { askTask } from "./ask_task.ts";
import { callService, isTaskId } from "./call_service.ts";
import type { ServiceDeps } from "./service.ts";

const FINISHED = 409;
/** Nothing of ours runs there any more. */
const UNKNOWN = new Set([404, 410]);

/** The service has no way to cancel; asking again would not give it one. */
const NO_ROUTE = new Set([405, 501]);

/** Tells a service to stop. What was finished before that may be paid for, and is told of. */
export async function cancelTask(
  deps: ServiceDeps,
  { request_id, about }: CancelRequest,
): Promise<Answer> {
  if (request_id === null || !isTaskId(request_id)) return givenUp();

  try {
    const reply = await callService(deps, { method: "DELETE", taskId: request_id });
    // A service need not tell of its tasks.
    if (reply.status === FINISHED) {
      return givenUp(await askTask(deps, { request_id, input: about }));
    }
    if (isSuccess(reply) || UNKNOWN.has(reply.status)) return givenUp();
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
