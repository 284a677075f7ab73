import type { Hono } from "hono";
import { createCallbackDoor } from "../_shared/callback_door.ts";
import type { Deps } from "../_shared/deps.ts";
import { readVideoCallback } from "../_shared/services/read_video_callback.ts";

/** Builds the app served at `/video-complete`: the video service tells us of its clips. */
export function createVideoComplete(deps: Deps): Hono {
  return createCallbackDoor({
    name: "video-complete",
    source: "video",
    rateLimit: "RATE_LIMIT_VIDEO",
    read: readVideoCallback,
    answer: ({ scene_updated, last_frame_triggered, outcome }, status) => ({
      received: true,
      status,
      scene_updated,
      last_frame_triggered,
      outcome,
    }),
  }, deps);
}
