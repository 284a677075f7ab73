import { digits, type Facts, image, type Model, ratios, text } from "./model_row.ts";

const AT = "fal-ai";
const LENGTHS = digits(6, 8, 10);
const SHAPES = ratios("16:9", "9:16");
const SHAPES_13B = ratios("9:16", "1:1", "16:9");
const END: Facts = { endFrame: "end_image_url" };
const LORAS: Facts = { unmet: ["loras"] };

export const LTX: readonly Model[] = [
  image("ltx-video", `${AT}/ltx-video/image-to-video`),
  text("ltx-video", `${AT}/ltx-video`),
  image("ltx-video-0.95", `${AT}/ltx-video-v095/image-to-video`, SHAPES),
  text("ltx-video-0.95", `${AT}/ltx-video-v095`, SHAPES),
  image("ltx-video-0.97", `${AT}/ltx-video-v097/image-to-video`, SHAPES),
  text("ltx-video-0.97", `${AT}/ltx-video-v097`, SHAPES),
  image("ltx-video-lora", `${AT}/ltx-video-lora/image-to-video`, SHAPES_13B),
  image("ltx-video-13b", `${AT}/ltx-video-13b-dev/image-to-video`, SHAPES_13B),
  image("ltx-video-13b-distilled", `${AT}/ltx-video-13b-distilled/image-to-video`, SHAPES_13B),
  image("ltx-video-13b-0.98", `${AT}/ltxv-13b-098-distilled/image-to-video`, SHAPES_13B),
  image("ltx-2", `${AT}/ltx-2/image-to-video`, LENGTHS),
  text("ltx-2", `${AT}/ltx-2/text-to-video`, LENGTHS),
  image("ltx-2-fast", `${AT}/ltx-2/image-to-video/fast`, LENGTHS),
  text("ltx-2-fast", `${AT}/ltx-2/text-to-video/fast`, LENGTHS),
  image("ltx-2-19b", `${AT}/ltx-2-19b/image-to-video`, END),
  image("ltx-2-19b-distilled", `${AT}/ltx-2-19b/distilled/image-to-video`, END),
  image("ltx-2-19b-lora", `${AT}/ltx-2-19b/image-to-video/lora`, END, LORAS),
  image("ltx-2.3", `${AT}/ltx-2.3/image-to-video`, LENGTHS, SHAPES, END),
  text("ltx-2.3", `${AT}/ltx-2.3/text-to-video`, LENGTHS, SHAPES),
  image("ltx-2.3-fast", `${AT}/ltx-2.3/image-to-video/fast`, LENGTHS, SHAPES, END),
  text("ltx-2.3-fast", `${AT}/ltx-2.3/text-to-video/fast`, LENGTHS, SHAPES),
];
