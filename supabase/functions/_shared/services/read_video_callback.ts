import * as z from "zod";
import type { ReadCallback } from "../callback_door.ts";
import { Measured, present, Thumbnail, Url } from "../callback_fields.ts";
import { readServiceBody, ServiceBody } from "../service_callback.ts";

export const VideoBody = ServiceBody.extend({
  video_url: Url.nullish(),
  thumbnail_url: Thumbnail,
  duration: Measured,
  fps: Measured,
  width: Measured,
  height: Measured,
  quality_score: z.number().nullish(),
});

/**
 * Reads what a video service posts: with scene and measures of the clip, or in the form of video
 * generation APIs (`webhook_type`, `progress_percentage`, no scene).
 */
export function readVideoCallback(body: unknown): ReadCallback {
  return readServiceBody(body, {
    schema: VideoBody,
    prefix: "task",
    required: "video_url",
    output: ({ video_url, thumbnail_url, duration, fps, width, height, quality_score }) =>
      video_url
        ? present({ video_url, thumbnail_url, duration, fps, width, height, quality_score })
        : null,
  });
}
