import type { StepProvider } from "../provider.ts";
import type { StepWork } from "../transitions/steps.ts";
import { askFal } from "./ask.ts";
import type { FalDeps } from "./call_fal.ts";
import { cancelAtFal } from "./cancel.ts";
import { findAtFal } from "./find.ts";
import type { ReadStart } from "../reframing/read_start.ts";
import { passFitting } from "./reframe.ts";
import { type FalRequest, stepRequest } from "./step_request.ts";
import { submitToFal } from "./submit.ts";

export type FalProviderDeps = FalDeps & { readStart: ReadStart };

/** fal.ai's queue: stills, clips, frames and stitching, each at an endpoint of its own. */
export function createFalProvider(deps: FalProviderDeps): StepProvider {
  return {
    async submit(work, announce) {
      const request = requestOf(work);
      if (request !== null && work.step === "reframe_image") {
        const done = await passFitting(deps.readStart, work);
        if (done !== null) return done;
      }
      const token = work.attempt.attempt_token;
      if (request !== null) return await submitToFal(deps, request, token, announce);
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
