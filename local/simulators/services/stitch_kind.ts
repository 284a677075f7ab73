import { runModel } from "../fal/run_model.ts";
import { text } from "../read_input.ts";
import { missingUrl, type ServiceKind } from "./kind.ts";
import { FINISH_WORK } from "./finish_work.ts";
import { filmOf, pathOf, publishedUrl } from "./published.ts";

/** Joins clips in order, puts sound under them and the film, and burns captions in. */
export const STITCH_KIND: ServiceKind = {
  name: "stitch",
  service: "video-stitch",
  submitPath: "/v1/stitch",
  tasksPath: "/v1/stitch/tasks",
  urlField: "final_video_url",
  check({ project_id, video_urls }) {
    if (text(project_id) === "") return "project_id is required";
    if (!Array.isArray(video_urls) || video_urls.length < 2) {
      return "video_urls must be two or more";
    }
    return missingUrl(Object.fromEntries(video_urls.entries()), ...Object.keys(video_urls));
  },
  async make({ video_urls, transitions, fps, width, height }, deps) {
    const { video } = await runModel(
      { work: "join", fields: {}, startFrame: null, seconds: 0 },
      { video_urls, transitions, target_fps: fps, resolution: { width, height } },
      deps,
    );
    const film = await filmOf(pathOf(publishedUrl(video), deps.media), deps);
    const steps = Array.isArray(transitions) ? transitions.slice(1) : [];
    return {
      ...film,
      total_scenes: Array.isArray(video_urls) ? video_urls.length : 0,
      metadata: {
        transitions_applied: steps.filter((transition) => transition !== "cut").length,
      },
    };
  },
  also: FINISH_WORK,
};
