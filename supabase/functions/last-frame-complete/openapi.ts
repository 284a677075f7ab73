import * as z from "zod";
import { callbackPart, Received } from "../_shared/openapi/callback_part.ts";
import { FrameBody } from "../_shared/services/read_frame_callback.ts";
import { JobBody } from "../_shared/services/read_job_callback.ts";

export const LAST_FRAME_COMPLETE = callbackPart({
  door: "last-frame-complete",
  says: "The frame service tells of its frames, an older one of films as well.",
  summary: "A frame is extracted, or could not be",
  by: ["signature", "lastframeSecret", "standard", "bearer"],
  body: z.union([FrameBody, JobBody]),
  answer: Received.extend({
    scene_updated: z.boolean(),
    next_scene_triggered: z.boolean(),
    success: z.literal(true).optional().meta({ description: "To the form with a `job_id` alone" }),
  }),
});
