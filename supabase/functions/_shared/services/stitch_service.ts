import * as z from "zod";
import { present } from "../callback_fields.ts";
import { readStitchCallback } from "./read_stitch_callback.ts";
import type { Service } from "./service.ts";

const StitchInput = z.object({
  project_id: z.string(),
  video_urls: z.array(z.string()).min(2),
  transitions: z.array(z.string()).nullish(),
  fps: z.number().nullish(),
  width: z.number().nullish(),
  height: z.number().nullish(),
});

const Track = z.object({ project_id: z.string(), scene_id: z.string().nullish() });
const MuxInput = Track.extend({
  audio_url: z.string(),
  video_urls: z.array(z.string()).min(1),
});
const MixInput = Track.extend({
  video_url: z.string(),
  music_url: z.string(),
  volume: z.number().nullish(),
  ducking: z.boolean().nullish(),
});
const BurnInput = Track.extend({ video_url: z.string(), captions_url: z.string() });

/** Joins a project's clips, puts sound under them, and captions over the film. */
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
  body: (input) => present(StitchInput.parse(input)),
  also: [
    {
      step: "mux_audio",
      submitPath: "/v1/stitch/mux",
      body: (input) => present(MuxInput.parse(input)),
    },
    {
      step: "mix_music",
      submitPath: "/v1/stitch/mix",
      body: (input) => present(MixInput.parse(input)),
    },
    {
      step: "burn_captions",
      submitPath: "/v1/stitch/captions",
      body: (input) => present(BurnInput.parse(input)),
    },
  ],
  read: readStitchCallback,
};
