import type { StepProvider } from "../provider.ts";
import type { StepWork } from "../transitions/steps.ts";
import { askFal } from "./ask.ts";
import type { FalDeps } from "../call_once.ts";
import { cancelAtFal } from "./cancel.ts";
import { findAtFal } from "./find.ts";
import { type FalRequest, stepRequest } from "./step_request.ts";
import { submitToFal } from "./submit.ts";

/** fal.ai's queue: clips, frames and stitching, each at an endpoint of its own. */
export function createFalProvider(deps: FalDeps): StepProvider {
  return {
    async submit(work) {
      const request = requestOf(work);
      if (request !== null) return await submitToFal(deps, request, work.attempt.attempt_token);
      return { state: "failed", error: { message: cannotSay(work), retryable: false } };
    },

    async ask(work) {
      const request = requestOf(work);
      if (request !== null) return await askFal(deps, request.endpoint, work.attempt);
      return { state: "unreachable", message: cannotSay(work) };
    },

    async find(work) {
      const request = requestOf(work);
      if (request !== null) return await findAtFal(deps, request, work.attempt);
      return { state: "lost", message: cannotSay(work) };
    },

    cancel: (request) => cancelAtFal(deps, request),
  };
}

/** Null where the input does not fit the step, or its model has left our table. */
function requestOf(work: StepWork): FalRequest | null {
  try {
    return { ...stepRequest(work), traceparent: work.attempt.traceparent };
  } catch {
    return null;
  }
}

function cannotSay({ step }: StepWork): string {
  return `Cannot say ${step} in fal's words: its input does not fit, or its model is not known`;
}
