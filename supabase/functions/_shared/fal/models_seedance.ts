import { between, digits, type Facts, image, type Model, ratios, text } from "./model_row.ts";

const AT = "fal-ai/bytedance/seedance";
const LENGTHS = digits(...between(2, 12));
const LENGTHS_1_5 = digits(...between(4, 12));
const COMMON = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"];
const SHAPES = ratios(...COMMON);
const SHAPES_TEXT = ratios(...COMMON, "9:21");
const END: Facts = { endFrame: "end_image_url" };

export const SEEDANCE: readonly Model[] = [
  image("seedance-1-lite", `${AT}/v1/lite/image-to-video`, LENGTHS, SHAPES, END),
  text("seedance-1-lite", `${AT}/v1/lite/text-to-video`, LENGTHS, SHAPES_TEXT),
  image("seedance-1-pro", `${AT}/v1/pro/image-to-video`, LENGTHS, SHAPES, END),
  text("seedance-1-pro", `${AT}/v1/pro/text-to-video`, LENGTHS, SHAPES_TEXT),
  image("seedance-1-pro-fast", `${AT}/v1/pro/fast/image-to-video`, LENGTHS, SHAPES),
  text("seedance-1-pro-fast", `${AT}/v1/pro/fast/text-to-video`, LENGTHS, SHAPES_TEXT),
  image("seedance-1.5-pro", `${AT}/v1.5/pro/image-to-video`, LENGTHS_1_5, SHAPES, END),
  text("seedance-1.5-pro", `${AT}/v1.5/pro/text-to-video`, LENGTHS_1_5, SHAPES),
];
