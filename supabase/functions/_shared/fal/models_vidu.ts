import {
  between,
  digits,
  type Facts,
  image,
  type Model,
  number,
  ratios,
  text,
} from "./model_row.ts";

const AT = "fal-ai/vidu";
const TO_8 = digits(...between(2, 8));
const TO_16 = number(...between(1, 16));
const SHAPES = ratios("16:9", "9:16", "1:1");
const SHAPES_Q3 = ratios("16:9", "9:16", "4:3", "3:4", "1:1");
const END: Facts = { endFrame: "end_image_url" };

export const VIDU: readonly Model[] = [
  image("vidu-1", `${AT}/image-to-video`),
  image("vidu-q1", `${AT}/q1/image-to-video`),
  text("vidu-q1", `${AT}/q1/text-to-video`, SHAPES),
  image("vidu-q2-pro", `${AT}/q2/image-to-video/pro`, TO_8, END),
  text("vidu-q2-pro", `${AT}/q2/text-to-video`, TO_8, SHAPES),
  image("vidu-q2-turbo", `${AT}/q2/image-to-video/turbo`, TO_8, END),
  image("vidu-q3", `${AT}/q3/image-to-video`, TO_16, END),
  text("vidu-q3", `${AT}/q3/text-to-video`, TO_16, SHAPES_Q3),
  image("vidu-q3-turbo", `${AT}/q3/image-to-video/turbo`, TO_16, END),
  text("vidu-q3-turbo", `${AT}/q3/text-to-video/turbo`, TO_16, SHAPES_Q3),
];
