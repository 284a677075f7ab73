import type { Hono } from "hono";
import { createCallbackDoor } from "../_shared/callback_door.ts";
import type { Deps } from "../_shared/deps.ts";
import { readFrameCallback } from "../_shared/services/read_frame_callback.ts";

/** Builds the app served at `/last-frame-complete`: the frame service tells us of its frames. */
export function createLastFrameComplete(deps: Deps): Hono {
  return createCallbackDoor({
    name: "last-frame-complete",
    source: "lastframe",
    rateLimit: "RATE_LIMIT_LAST_FRAME",
    read: readFrameCallback,
    answer: ({ scene_updated, next_scene_triggered, outcome }, status) => ({
      received: true,
      status,
      scene_updated,
      next_scene_triggered,
      outcome,
    }),
  }, deps);
}
