import * as z from "zod";
import type { Submitted } from "../provider.ts";
import { lookAtImage } from "../reframing/look_at_image.ts";
import type { ReadStart } from "../reframing/read_start.ts";
import type { StepWork } from "../transitions/steps.ts";

export const StillInput = z.object({ image_url: z.string(), aspect_ratio: z.string() });

/**
 * What needs no call to fal: an image that has its aspect ratio already, at no cost. Null where fal
 * has to be asked, also about an image that we cannot read: it says best what is wrong with it.
 */
export async function passFitting(
  read: ReadStart,
  { attempt }: StepWork,
): Promise<Extract<Submitted, { state: "completed" }> | null> {
  const { image_url, aspect_ratio } = StillInput.parse(attempt.input);
  const look = await lookAtImage(read, image_url, aspect_ratio);
  if (look.fits !== true) return null;
  const { width, height } = look.size;
  return { state: "completed", output: { image_url, width, height, cost_usd: 0 } };
}
