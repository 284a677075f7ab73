import type { StepProvider } from "../provider.ts";
import { askFal } from "./ask.ts";
import type { FalDeps } from "./call_once.ts";
import { cancelAtFal } from "./cancel.ts";
import { findAtFal } from "./find.ts";
import { stepRequest } from "./step_request.ts";
import { submitToFal } from "./submit.ts";

/** fal.ai's queue: clips, frames and stitching, each at an endpoint of its own. */
export function createFalProvider(deps: FalDeps): StepProvider {
  return {
    submit(work) {
      let request;
      try {
        request = stepRequest(work);
      } catch {
        const message = `Cannot submit ${work.step} to fal: its input does not fit`;
        return Promise.resolve({ state: "failed", error: { message, retryable: false } });
      }
      return submitToFal(deps, request, work.attempt.attempt_token);
    },
    ask: (work) => askFal(deps, stepRequest(work).endpoint, work.attempt),
    find: (work) => findAtFal(deps, stepRequest(work), work.attempt),
    cancel: (request) => cancelAtFal(deps, request),
  };
}
