import { runModel } from "../fal/run_model.ts";
import { missingUrl, type ServiceKind, text } from "./kind.ts";
import { measure, publishedUrl, sizeInBytes, thumbnailOf } from "./published.ts";

/** Joins clips in order. */
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
  async make({ video_urls }, deps) {
    const { video } = await runModel(
      { work: "join", fields: {}, startFrame: null, seconds: 0 },
      { video_urls },
      deps,
    );
    const final_video_url = publishedUrl(video);
    const { duration, width, height } = await measure(final_video_url, deps);
    return {
      final_video_url,
      thumbnail_url: await thumbnailOf(final_video_url, deps),
      duration,
      total_scenes: Array.isArray(video_urls) ? video_urls.length : 0,
      file_size: await sizeInBytes(final_video_url, deps),
      format: "mp4",
      resolution: `${width}x${height}`,
      metadata: { transitions_applied: 0, audio_tracks: 0 },
    };
  },
};
