import type { Hono } from "hono";
import { createCallbackDoor } from "../_shared/callback_door.ts";
import type { Deps } from "../_shared/deps.ts";
import { readFalCallback } from "./read_fal_callback.ts";

/** Builds the app served at `/fal-webhook`: fal tells us of finished requests. */
export function createFalWebhook(deps: Deps): Hono {
  return createCallbackDoor({
    name: "fal-webhook",
    source: "fal",
    rateLimit: "RATE_LIMIT_FAL",
    read: readFalCallback,
    answer: ({ outcome, chunk_updated }) => ({ success: true, outcome, chunk_updated }),
  }, deps);
}
