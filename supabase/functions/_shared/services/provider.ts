import type { StepProvider } from "../provider.ts";
import { askTask } from "./ask_task.ts";
import { cancelTask } from "./cancel_task.ts";
import { postTask } from "./post_task.ts";
import type { ServiceDeps } from "./service.ts";

/**
 * A service that makes one kind of step. Looking for work whose acceptance was lost is posting it
 * again: the service answers the same `Idempotency-Key` with the first task.
 */
export function createServiceProvider(deps: ServiceDeps): StepProvider {
  return {
    async submit(work) {
      const posted = await postTask(deps, work);
      switch (posted.state) {
        case "accepted":
          return posted;
        case "refused":
          return { state: "failed", error: posted.error };
        case "open":
          return { state: "lost", message: posted.message };
      }
    },
    async find(work) {
      const posted = await postTask(deps, work);
      if (posted.state === "accepted") return { state: "found", submissions: [posted.submission] };
      // That this post was refused says nothing about the first.
      return posted.state === "refused"
        ? { state: "unreachable", message: posted.error.message, away: posted.error.retryable }
        : { state: "unreachable", message: posted.message, away: posted.away };
    },
    ask: (work) => askTask(deps, work.attempt),
    cancel: (request) => cancelTask(deps, request),
  };
}
