import * as z from "zod";
import type { StepWork } from "../transitions/steps.ts";
import { ClipInput, falInput } from "./models.ts";
import { StillInput } from "./reframe.ts";
import {
  levelRequest,
  mixRequest,
  musicRequest,
  muxRequest,
  voiceRequest,
} from "./sound_requests.ts";

/** What to post where, in fal's words. */
export type FalRequest = {
  endpoint: string;
  input: Record<string, unknown>;
  traceparent?: string | null;
};

const REFRAME_ENDPOINT = "fal-ai/image-editing/reframe";
const FRAME_ENDPOINT = "fal-ai/ffmpeg-api/extract-frame";
const MERGE_ENDPOINT = "fal-ai/ffmpeg-api/merge-videos";

const FrameInput = z.object({ video_url: z.string() });
const StitchInput = z.object({
  video_urls: z.array(z.string()).min(2),
  fps: z.number().nullish(),
  width: z.number().nullish(),
  height: z.number().nullish(),
  transitions: z.array(z.string()).nullish(),
});

/**
 * Says a step's frozen input in fal's words. The same input gives the same request, today and when
 * it is looked for in fal's list.
 *
 * @throws when the step is none of fal's, or its input is not what the step needs.
 */
export function stepRequest({ step, attempt }: StepWork): FalRequest {
  switch (step) {
    case "generate_clip": {
      const clip = ClipInput.parse(attempt.input);
      return { endpoint: clip.model, input: falInput(clip) };
    }
    case "reframe_image": {
      const { image_url, aspect_ratio } = StillInput.parse(attempt.input);
      return { endpoint: REFRAME_ENDPOINT, input: { image_url, aspect_ratio } };
    }
    case "extract_last_frame":
      return frame(attempt.input, "last");
    case "extract_thumbnail":
      return frame(attempt.input, "first");
    case "stitch":
      return stitch(attempt.input);
    case "generate_voice":
      return voiceRequest(attempt.input);
    case "generate_music":
      return musicRequest(attempt.input);
    case "level_music":
      return levelRequest(attempt.input);
    case "mux_audio":
      return muxRequest(attempt.input);
    case "mix_music":
      return mixRequest(attempt.input);
    default:
      throw new Error(`Cannot build fal request: fal has no endpoint for ${step}`);
  }
}

function frame(input: Record<string, unknown>, frame_type: "first" | "last"): FalRequest {
  const { video_url } = FrameInput.parse(input);
  return { endpoint: FRAME_ENDPOINT, input: { video_url, frame_type } };
}

/** fal joins with hard cuts alone: a film with other transitions goes to a stitch service. */
function stitch(input: Record<string, unknown>): FalRequest {
  const { video_urls, fps, width, height, transitions } = StitchInput.parse(input);
  if (transitions) throw new Error("Cannot build fal request: merge-videos makes no transitions");
  return {
    endpoint: MERGE_ENDPOINT,
    input: {
      video_urls,
      ...fps && { target_fps: fps },
      ...width && height && { resolution: { width, height } },
    },
  };
}
