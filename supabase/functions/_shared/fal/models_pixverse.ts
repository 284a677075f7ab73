import { between, digits, image, type Model, number, ratios, text } from "./model_row.ts";

const AT = "fal-ai/pixverse";
const SHORT = digits(5, 8);
const LONG = digits(5, 8, 10);
const TO_15 = number(...between(1, 15));
const COMMON = ["16:9", "4:3", "1:1", "3:4", "9:16"];
const SHAPES = ratios(...COMMON);
const SHAPES_6 = ratios(...COMMON, "2:3", "3:2", "21:9");

export const PIXVERSE: readonly Model[] = [
  image("pixverse-3.5", `${AT}/v3.5/image-to-video`, SHORT),
  text("pixverse-3.5", `${AT}/v3.5/text-to-video`, SHORT, SHAPES),
  image("pixverse-4", `${AT}/v4/image-to-video`, SHORT),
  text("pixverse-4", `${AT}/v4/text-to-video`, SHORT, SHAPES),
  image("pixverse-4-fast", `${AT}/v4/image-to-video/fast`),
  text("pixverse-4-fast", `${AT}/v4/text-to-video/fast`, SHAPES),
  image("pixverse-4.5", `${AT}/v4.5/image-to-video`, SHORT),
  text("pixverse-4.5", `${AT}/v4.5/text-to-video`, SHORT, SHAPES),
  image("pixverse-4.5-fast", `${AT}/v4.5/image-to-video/fast`),
  text("pixverse-4.5-fast", `${AT}/v4.5/text-to-video/fast`, SHAPES),
  image("pixverse-5", `${AT}/v5/image-to-video`, SHORT),
  text("pixverse-5", `${AT}/v5/text-to-video`, SHORT, SHAPES),
  image("pixverse-5.5", `${AT}/v5.5/image-to-video`, LONG),
  text("pixverse-5.5", `${AT}/v5.5/text-to-video`, LONG, SHAPES),
  image("pixverse-5.6", `${AT}/v5.6/image-to-video`, LONG),
  text("pixverse-5.6", `${AT}/v5.6/text-to-video`, LONG, SHAPES),
  image("pixverse-6", `${AT}/v6/image-to-video`, TO_15),
  text("pixverse-6", `${AT}/v6/text-to-video`, TO_15, SHAPES_6),
];
