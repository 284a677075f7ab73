import type { Hono } from "hono";
import { createBellWatch } from "../_shared/bell_watch.ts";
import { createCallbackDoor } from "../_shared/callback_door.ts";
import type { Deps } from "../_shared/deps.ts";
import { tokenOf } from "../_shared/record_request.ts";
import { hintAttempt } from "../_shared/transitions/callbacks.ts";
import { readFalCallback } from "./read_fal_callback.ts";

/** Builds the app served at `/fal-webhook`: fal tells us of finished requests. */
export function createFalWebhook(deps: Deps): Hono {
  const log: Deps["log"] = (event, fields) => deps.log(event, { door: "fal-webhook", ...fields });
  const watchBell = createBellWatch({ ...deps, log });

  /** Nothing of a stale callback is believed, but that fal may know more of the request. */
  async function askFal(requestId: string, token: string | null): Promise<void> {
    try {
      const hinted = await hintAttempt(deps.db, requestId, { token });
      log("callback.stale", { request_id: requestId, hinted });
      if (hinted) watchBell();
    } catch (error) {
      log("callback.stale", { request_id: requestId, error });
    }
  }

  return createCallbackDoor({
    name: "fal-webhook",
    source: "fal",
    rateLimit: "RATE_LIMIT_FAL",
    onStale: (requestId, c) => deps.later(askFal(requestId, tokenOf(c))),
    read: readFalCallback,
    answer: ({ outcome, chunk_updated }) => ({ success: true, outcome, chunk_updated }),
  }, deps);
}
