import { runModel } from "../fal/run_model.ts";
import { missingUrl, type ServiceKind } from "./kind.ts";
import { measure, publishedUrl } from "./published.ts";

/** Saves the true last frame of a clip. */
export const FRAME_KIND: ServiceKind = {
  name: "frame",
  service: "last-frame",
  submitPath: "/v1/frames",
  tasksPath: "/v1/frames/tasks",
  urlField: "last_frame_url",
  check: (input) => missingUrl(input, "video_url"),
  async make({ video_url }, deps) {
    const { images } = await runModel(
      { work: "frame", fields: {}, startFrame: null, seconds: 0 },
      { video_url, frame_type: "last" },
      deps,
    );
    const last_frame_url = publishedUrl(Array.isArray(images) ? images[0] : null);
    const { width, height } = await measure(last_frame_url, deps);
    return { last_frame_url, width, height, format: "jpeg", metadata: {} };
  },
};
