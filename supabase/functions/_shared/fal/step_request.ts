import { z } from "zod";
import type { StepWork } from "../transitions/steps.ts";
import { ClipInput, falInput } from "./models.ts";

/** What to post where, in fal's words. */
export type FalRequest = {
  endpoint: string;
  input: Record<string, unknown>;
  traceparent?: string | null;
};

const FRAME_ENDPOINT = "fal-ai/ffmpeg-api/extract-frame";
const MERGE_ENDPOINT = "fal-ai/ffmpeg-api/merge-videos";

const FrameInput = z.object({ video_url: z.string() });
const StitchInput = z.object({ video_urls: z.array(z.string()).min(2) });

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
    case "extract_last_frame":
      return frame(attempt.input, "last");
    case "extract_thumbnail":
      return frame(attempt.input, "first");
    case "stitch": {
      const { video_urls } = StitchInput.parse(attempt.input);
      return { endpoint: MERGE_ENDPOINT, input: { video_urls } };
    }
    default:
      throw new Error(`Cannot build fal request: fal has no endpoint for ${step}`);
  }
}

function frame(input: Record<string, unknown>, frame_type: "first" | "last"): FalRequest {
  const { video_url } = FrameInput.parse(input);
  return { endpoint: FRAME_ENDPOINT, input: { video_url, frame_type } };
}
