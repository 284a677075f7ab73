import {
  between,
  digits,
  type Facts,
  image,
  type Model,
  motion,
  ratios,
  text,
} from "./model_row.ts";

const AT = "fal-ai/wan";
const TO_15 = digits(...between(2, 15));
const LENGTHS_2_6 = digits(5, 10, 15);
const SHAPES = ratios("16:9", "9:16", "1:1", "4:3", "3:4");
const SHAPES_2_2 = ratios("16:9", "9:16", "1:1");
const AUDIO: Facts = { audio: "audio_url" };
const END: Facts = { endFrame: "end_image_url" };
const WORDLESS: Facts = { takesPrompt: false };

export const WAN: readonly Model[] = [
  image("wan-pro", `${AT}-pro/image-to-video`),
  text("wan-pro", `${AT}-pro/text-to-video`),
  image("wan-2.2-5b", `${AT}/v2.2-5b/image-to-video`, SHAPES_2_2),
  text("wan-2.2-5b", `${AT}/v2.2-5b/text-to-video`, SHAPES_2_2),
  image("wan-2.2-a14b-lora", `${AT}/v2.2-a14b/image-to-video/lora`, SHAPES_2_2, END),
  text("wan-2.2-a14b-lora", `${AT}/v2.2-a14b/text-to-video/lora`, SHAPES_2_2),
  image("wan-2.2-a14b-turbo", `${AT}/v2.2-a14b/image-to-video/turbo`, SHAPES_2_2, END),
  text("wan-2.2-a14b-turbo", `${AT}/v2.2-a14b/text-to-video/turbo`, SHAPES_2_2),
  motion("wan-2.2-animate-move", `${AT}/v2.2-14b/animate/move`, WORDLESS),
  motion("wan-2.2-animate-replace", `${AT}/v2.2-14b/animate/replace`, WORDLESS),
  image("wan-2.5", `${AT}-25-preview/image-to-video`, digits(5, 10), AUDIO),
  text("wan-2.5", `${AT}-25-preview/text-to-video`, TO_15, SHAPES, AUDIO),
  image("wan-2.6", "wan/v2.6/image-to-video", LENGTHS_2_6, AUDIO),
  text("wan-2.6", "wan/v2.6/text-to-video", LENGTHS_2_6, SHAPES, AUDIO),
  image("wan-2.6-flash", "wan/v2.6/image-to-video/flash", LENGTHS_2_6, AUDIO),
  image("wan-2.7", `${AT}/v2.7/image-to-video`, TO_15, AUDIO, END, { needsImage: false }),
  text("wan-2.7", `${AT}/v2.7/text-to-video`, TO_15, SHAPES, AUDIO),
];
