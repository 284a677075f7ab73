import * as z from "zod";
import { callbackPart, Received } from "../_shared/openapi/callback_part.ts";
import { VideoBody } from "../_shared/services/read_video_callback.ts";

export const VIDEO_COMPLETE = callbackPart({
  door: "video-complete",
  says: "The video service tells of its clips.",
  summary: "A clip is made, has failed, or got on",
  by: ["signature", "standard", "bearer"],
  body: VideoBody,
  answer: Received.extend({ scene_updated: z.boolean(), last_frame_triggered: z.boolean() }),
});
