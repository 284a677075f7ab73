import * as z from "zod";
import { FileUrl } from "./file_url.ts";

/* Fields of a job that say how its film is finished: what is heard, read and seen at the seams. */

const Text = z.string().max(5000).refine((text) => text.trim() !== "", "Must not be empty");
const Transition = z.enum(["cut", "fade"]);

/** Sides that fal's merge-videos takes, in pixels. */
const LEAST_SIDE = 512;
const MOST_SIDE = 2048;

/** `1280x720` */
const Resolution = z.string()
  .regex(/^\d{3,4}x\d{3,4}$/, "Expected the form 1280x720")
  .refine((text) => {
    const sides = text.split("x").map(Number);
    return sides.every((side) => side >= LEAST_SIDE && side <= MOST_SIDE && side % 2 === 0);
  }, `Both sides must be even and from ${LEAST_SIDE} to ${MOST_SIDE}`);

export const SCENE_FINISH = {
  voice_over: Text.nullish(),
  caption: z.string().max(1000).nullish(),
  transition: Transition.nullish(),
};

export const FILM_FINISH = {
  voice: z.string().min(1).max(255).nullish(),
  music_url: FileUrl.nullish(),
  music_prompt: Text.nullish(),
  music_volume: z.number().positive().max(2).nullish(),
  music_ducking: z.boolean().nullish(),
  captions: z.enum(["files", "burn"]).nullish(),
  transition: Transition.nullish(),
  fps: z.number().int().min(1).max(60).nullish(),
  resolution: Resolution.nullish(),
  check_frames: z.boolean().nullish(),
  reanchor_every: z.number().int().min(1).max(100).nullish(),
};
