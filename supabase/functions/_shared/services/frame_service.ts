import * as z from "zod";
import { present } from "../callback_fields.ts";
import { readFrameCallback } from "./read_frame_callback.ts";
import type { Service } from "./service.ts";

const FrameInput = z.object({
  video_url: z.string(),
  scene_id: z.string().nullish(),
  project_id: z.string().nullish(),
});

/** Extracts the last frame of a clip. It has no word for the first: thumbnails are not its work. */
export const FRAME_SERVICE: Service = {
  provider: "lastframe",
  step: "extract_last_frame",
  name: "the frame service",
  urlVariable: "LAST_FRAME_SERVICE_URL",
  keyVariable: "LAST_FRAME_API_KEY",
  door: "last-frame-complete",
  callbackVariable: "LASTFRAME_WEBHOOK_URL",
  submitPath: "/v1/frames",
  tasksPath: "/v1/frames/tasks",
  body: (input) => present(FrameInput.parse(input)),
  read: readFrameCallback,
};
