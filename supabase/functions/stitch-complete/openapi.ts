import * as z from "zod";
import { callbackPart, Received } from "../_shared/openapi/callback_part.ts";
import { StitchBody } from "../_shared/services/read_stitch_callback.ts";

export const STITCH_COMPLETE = callbackPart({
  door: "stitch-complete",
  says: "The stitch service tells of its films.",
  summary: "A film is joined, or could not be",
  by: ["signature", "standard", "bearer"],
  body: StitchBody,
  answer: Received.extend({
    project_updated: z.boolean(),
    user_notified: z.boolean(),
    final_video_url: z.string().nullable(),
  }),
});
