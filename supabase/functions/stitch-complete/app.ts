import type { Hono } from "hono";
import { createCallbackDoor } from "../_shared/callback_door.ts";
import type { Deps } from "../_shared/deps.ts";
import { readStitchCallback } from "../_shared/services/read_stitch_callback.ts";

/** Builds the app served at `/stitch-complete`: the stitch service tells us of its films. */
export function createStitchComplete(deps: Deps): Hono {
  return createCallbackDoor({
    name: "stitch-complete",
    source: "stitch",
    rateLimit: "RATE_LIMIT_STITCH",
    floodLimit: 50,
    read: readStitchCallback,
    answer: ({ project_updated, user_notified, final_video_url, outcome }, status) => ({
      received: true,
      status,
      project_updated,
      user_notified,
      final_video_url,
      outcome,
    }),
  }, deps);
}
