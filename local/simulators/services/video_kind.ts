import { runModel } from "../fal/run_model.ts";
import { text } from "../read_input.ts";
import { missingUrl, type ServiceKind } from "./kind.ts";
import { measure, publishedUrl, thumbnailOf } from "./published.ts";

/** Seconds where a request names none. */
const USUAL_SECONDS = 6;

/** Makes clips: from an image, along a driver video, or from words alone. */
export const VIDEO_KIND: ServiceKind = {
  name: "video",
  service: "video-generation",
  submitPath: "/v1/videos/generations/async",
  tasksPath: "/v1/videos/generations/tasks",
  urlField: "video_url",
  check(input) {
    for (const field of ["model", "prompt"]) {
      if (text(input[field]) === "") return `${field} is required`;
    }
    const { duration, size } = input;
    if (duration !== undefined && !(typeof duration === "number" && duration > 0)) {
      return "duration must be a number of seconds";
    }
    if (size !== undefined && !/^\d+x\d+$/.test(text(size))) return "size must be like 1280x720";
    const urls = ["image_url", "driver_video_url", "end_image_url"].filter((field) =>
      input[field] !== undefined
    );
    return missingUrl(input, ...urls);
  },
  async make(input, deps) {
    const { image_url, driver_video_url, end_image_url, duration } = input;
    const { video } = await runModel(
      {
        work: driver_video_url ? "motion_control" : "clip",
        fields: {},
        startFrame: image_url ? "image_url" : null,
        endFrame: end_image_url ? "end_image_url" : null,
        seconds: typeof duration === "number" ? duration : USUAL_SECONDS,
      },
      {
        prompt: input.prompt,
        image_url,
        end_image_url,
        video_url: driver_video_url,
        aspect_ratio: text(input.size).replace("x", ":"),
        character_orientation: "video",
      },
      deps,
    );
    const video_url = publishedUrl(video);
    const { duration: seconds, fps, width, height } = await measure(video_url, deps);
    return {
      video_url,
      thumbnail_url: await thumbnailOf(video_url, deps),
      duration: seconds,
      fps,
      width,
      height,
      quality_score: 8.5,
      metadata: { model: input.model },
    };
  },
};
