import type { ReadCallback } from "../callback_door.ts";
import { Measured, present, Url } from "../callback_fields.ts";
import { readServiceBody, ServiceBody } from "../service_callback.ts";
import { isJobBody, readJobCallback } from "./read_job_callback.ts";

export const FrameBody = ServiceBody.extend({
  last_frame_url: Url.nullish(),
  width: Measured,
  height: Measured,
});

/** Reads what the frame service posts, in either of its forms. */
export function readFrameCallback(body: unknown): ReadCallback {
  if (isJobBody(body)) return readJobCallback(body);
  return readServiceBody(body, {
    schema: FrameBody,
    prefix: "extraction",
    required: "last_frame_url",
    output: ({ last_frame_url, width, height }) =>
      last_frame_url ? present({ image_url: last_frame_url, width, height }) : null,
  });
}
