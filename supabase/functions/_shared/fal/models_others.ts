import {
  digits,
  digitsS,
  type Facts,
  image,
  type Model,
  number,
  ratios,
  text,
} from "./model_row.ts";

const AT = "fal-ai";
const LONGCAT = "fal-ai/longcat-video";
const LUMA = "fal-ai/luma-dream-machine";
const GROK = "xai/grok-imagine-video";
const END: Facts = { endFrame: "end_image_url" };
const OPTIONAL: Facts = { needsImage: false };

const WIDE_OR_TALL = ratios("16:9", "9:16");
const THREE_SHAPES = ratios("16:9", "9:16", "1:1");
const PIKA_SHAPES = ratios("16:9", "9:16", "1:1", "4:5", "5:4", "3:2", "2:3");
const GROK_SHAPES = ratios("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16");
const KANDINSKY_SHAPES = ratios("3:2", "1:1", "2:3");

const LUMA_FACTS: Facts = {
  ...digitsS(5, 9),
  ...ratios("16:9", "9:16", "4:3", "3:4", "21:9", "9:21"),
};
const SORA_LENGTHS = digits(4, 8, 12, 16, 20);
/** Where the schema says no more than the usual length, that is the one on offer. */
const GROK_LENGTH = number(6);
const PIKA_LENGTH = number(5);
const KANDINSKY_LENGTH = digitsS(5);

export const OTHERS: readonly Model[] = [
  image("luma-ray-2", `${LUMA}/ray-2/image-to-video`, LUMA_FACTS, END, OPTIONAL),
  text("luma-ray-2", `${LUMA}/ray-2`, LUMA_FACTS),
  image("luma-ray-2-flash", `${LUMA}/ray-2-flash/image-to-video`, LUMA_FACTS, END, OPTIONAL),
  text("luma-ray-2-flash", `${LUMA}/ray-2-flash`, LUMA_FACTS),
  image("pika-2-turbo", `${AT}/pika/v2/turbo/image-to-video`, PIKA_LENGTH),
  text("pika-2-turbo", `${AT}/pika/v2/turbo/text-to-video`, PIKA_LENGTH, PIKA_SHAPES),
  image("pika-2.1", `${AT}/pika/v2.1/image-to-video`, PIKA_LENGTH),
  text("pika-2.1", `${AT}/pika/v2.1/text-to-video`, PIKA_LENGTH, PIKA_SHAPES),
  image("pika-2.2", `${AT}/pika/v2.2/image-to-video`, digits(5, 10)),
  text("pika-2.2", `${AT}/pika/v2.2/text-to-video`, digits(5, 10), PIKA_SHAPES),
  image("sora-2", `${AT}/sora-2/image-to-video`, SORA_LENGTHS, WIDE_OR_TALL),
  text("sora-2", `${AT}/sora-2/text-to-video`, SORA_LENGTHS, WIDE_OR_TALL),
  image("sora-2-pro", `${AT}/sora-2/image-to-video/pro`, SORA_LENGTHS, WIDE_OR_TALL),
  text("sora-2-pro", `${AT}/sora-2/text-to-video/pro`, SORA_LENGTHS, WIDE_OR_TALL),
  image("grok-imagine", `${GROK}/image-to-video`, GROK_LENGTH, GROK_SHAPES),
  text("grok-imagine", `${GROK}/text-to-video`, GROK_LENGTH, GROK_SHAPES),
  image("kandinsky-5-pro", `${AT}/kandinsky5-pro/image-to-video`, KANDINSKY_LENGTH),
  text("kandinsky-5-pro", `${AT}/kandinsky5-pro/text-to-video`, KANDINSKY_LENGTH, KANDINSKY_SHAPES),
  image("hunyuan-1", `${AT}/hunyuan-video-image-to-video`, WIDE_OR_TALL),
  image("hunyuan-1.5", `${AT}/hunyuan-video-v1.5/image-to-video`, WIDE_OR_TALL),
  text("hunyuan-1.5", `${AT}/hunyuan-video-v1.5/text-to-video`, WIDE_OR_TALL),
  image("longcat-480p", `${LONGCAT}/image-to-video/480p`),
  text("longcat-480p", `${LONGCAT}/text-to-video/480p`, THREE_SHAPES),
  image("longcat-720p", `${LONGCAT}/image-to-video/720p`),
  text("longcat-720p", `${LONGCAT}/text-to-video/720p`, THREE_SHAPES),
  image("longcat-distilled-480p", `${LONGCAT}/distilled/image-to-video/480p`),
  text("longcat-distilled-480p", `${LONGCAT}/distilled/text-to-video/480p`, THREE_SHAPES),
  image("longcat-distilled-720p", `${LONGCAT}/distilled/image-to-video/720p`),
  text("longcat-distilled-720p", `${LONGCAT}/distilled/text-to-video/720p`, THREE_SHAPES),
  image("magi", `${AT}/magi/image-to-video`, THREE_SHAPES),
  text("magi", `${AT}/magi`, THREE_SHAPES),
  image("magi-distilled", `${AT}/magi-distilled/image-to-video`, THREE_SHAPES),
  text("magi-distilled", `${AT}/magi-distilled`, THREE_SHAPES),
  image("cogvideox-5b", `${AT}/cogvideox-5b/image-to-video`),
  image("cosmos-predict-2.5", `${AT}/cosmos-predict-2.5/image-to-video`),
  text("cosmos-predict-2.5", `${AT}/cosmos-predict-2.5/text-to-video`),
  image("heygen-avatar-4", `${AT}/heygen/avatar4/image-to-video`, THREE_SHAPES, {
    audio: "audio_url",
  }),
];
