import * as z from "zod";
import { present } from "../callback_fields.ts";
import { readVideoCallback } from "./read_video_callback.ts";
import type { Service } from "./service.ts";

const ClipInput = z.object({
  model: z.string(),
  prompt: z.string(),
  duration: z.number().nullish(),
  aspect_ratio: z.string().nullish(),
  image_url: z.string().nullish(),
  driver_video_url: z.string().nullish(),
  end_image_url: z.string().nullish(),
  scene_id: z.string().nullish(),
  project_id: z.string().nullish(),
});

/** Pixels of the shorter side that a clip is asked for. */
const SHORT_SIDE = 720;

/** Generates clips. Its request is that of video generation APIs, with images and our ids besides. */
export const VIDEO_SERVICE: Service = {
  provider: "video",
  step: "generate_clip",
  name: "the video service",
  urlVariable: "VIDEO_GENERATION_SERVICE",
  keyVariable: "VIDEO_GENERATION_API_KEY",
  door: "video-complete",
  callbackVariable: null,
  submitPath: "/v1/videos/generations/async",
  tasksPath: "/v1/videos/generations/tasks",
  body(input) {
    const { aspect_ratio, ...clip } = ClipInput.parse(input);
    return present({ ...clip, size: aspect_ratio ? sizeOf(aspect_ratio) : null });
  },
  read: readVideoCallback,
};

/** `16:9` as `1280x720`; null where it is no ratio. */
function sizeOf(ratio: string): string | null {
  const [width, height] = (/^(\d+):(\d+)$/.exec(ratio)?.slice(1) ?? []).map(Number);
  if (!width || !height) return null;
  const scale = SHORT_SIDE / Math.min(width, height);
  return `${even(width * scale)}x${even(height * scale)}`;
}

/** Video codecs store colour for blocks of two by two pixels. */
function even(pixels: number): number {
  return Math.round(pixels / 2) * 2;
}
