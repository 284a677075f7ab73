import { z } from "zod";
import { readStitchCallback } from "./read_stitch_callback.ts";
import type { Service } from "./service.ts";

const StitchInput = z.object({
  project_id: z.string(),
  video_urls: z.array(z.string()).min(2),
});

/** Joins a project's clips. */
export const STITCH_SERVICE: Service = {
  provider: "stitch",
  step: "stitch",
  name: "the stitch service",
  urlVariable: "STITCH_SERVICE_URL",
  keyVariable: "STITCH_API_KEY",
  door: "stitch-complete",
  callbackVariable: null,
  submitPath: "/v1/stitch",
  tasksPath: "/v1/stitch/tasks",
  body: (input) => StitchInput.parse(input),
  read: readStitchCallback,
};
