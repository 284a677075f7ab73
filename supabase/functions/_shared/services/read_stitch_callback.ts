import * as z from "zod";
import type { ReadCallback } from "../callback_door.ts";
import { Measured, present, Thumbnail, Url } from "../callback_fields.ts";
import { readServiceBody, ServiceBody } from "../service_callback.ts";

export const StitchBody = ServiceBody.extend({
  final_video_url: Url.nullish(),
  thumbnail_url: Thumbnail,
  duration: Measured,
  total_scenes: z.number().nullish(),
});

/** Reads what the stitch service posts. */
export function readStitchCallback(body: unknown): ReadCallback {
  return readServiceBody(body, {
    schema: StitchBody,
    prefix: "stitch",
    required: "final_video_url",
    output: ({ final_video_url, thumbnail_url, duration }) =>
      final_video_url ? present({ video_url: final_video_url, thumbnail_url, duration }) : null,
  });
}
