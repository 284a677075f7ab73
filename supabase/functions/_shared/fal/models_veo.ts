import { digitsS, type Facts, image, type Model, ratios, text } from "./model_row.ts";

const AT = "fal-ai";
const LENGTHS = digitsS(4, 6, 8);
const LENGTHS_2 = digitsS(5, 6, 7, 8);
const SHAPES = ratios("16:9", "9:16");
/** First and last frame, both required: for the scene before a `shared_keyframe`. */
const BOTH: Facts = {
  ...SHAPES,
  startFrame: "first_frame_url",
  endFrame: "last_frame_url",
  unmet: ["last_frame_url"],
};

export const VEO: readonly Model[] = [
  image("veo-2", `${AT}/veo2/image-to-video`, LENGTHS_2),
  text("veo-2", `${AT}/veo2`, LENGTHS_2, ratios("16:9", "9:16", "1:1")),
  image("veo-3", `${AT}/veo3/image-to-video`, LENGTHS, SHAPES),
  text("veo-3", `${AT}/veo3`, LENGTHS, SHAPES),
  image("veo-3-fast", `${AT}/veo3/fast/image-to-video`, LENGTHS, SHAPES),
  text("veo-3-fast", `${AT}/veo3/fast`, LENGTHS, SHAPES),
  image("veo-3.1", `${AT}/veo3.1/image-to-video`, LENGTHS, SHAPES),
  text("veo-3.1", `${AT}/veo3.1`, LENGTHS, SHAPES),
  image("veo-3.1-fast", `${AT}/veo3.1/fast/image-to-video`, LENGTHS, SHAPES),
  text("veo-3.1-fast", `${AT}/veo3.1/fast`, LENGTHS, SHAPES),
  image("veo-3.1-lite", `${AT}/veo3.1/lite/image-to-video`, LENGTHS, SHAPES),
  text("veo-3.1-lite", `${AT}/veo3.1/lite`, LENGTHS, SHAPES),
  image("veo-3.1-first-last", `${AT}/veo3.1/first-last-frame-to-video`, LENGTHS, BOTH),
  image("veo-3.1-fast-first-last", `${AT}/veo3.1/fast/first-last-frame-to-video`, LENGTHS, BOTH),
  image("veo-3.1-lite-first-last", `${AT}/veo3.1/lite/first-last-frame-to-video`, digitsS(8), BOTH),
];
