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

const AT = "fal-ai/kling-video";
const SHORT = digits(5, 10);
const TO_10 = digits(...between(3, 10));
const TO_15 = digits(...between(3, 15));
const SHAPES = ratios("16:9", "9:16", "1:1");
const TAIL: Facts = { endFrame: "tail_image_url" };
const END: Facts = { endFrame: "end_image_url" };
const START: Facts = { startFrame: "start_image_url", endFrame: "end_image_url" };
/** As long as the driver: `video` follows one of up to 30 seconds, `image` of up to 10. */
const ORIENTED: Facts = { fixed: { character_orientation: "video" } };

export const KLING: readonly Model[] = [
  image("kling-1-standard", `${AT}/v1/standard/image-to-video`, SHORT, TAIL),
  text("kling-1-standard", `${AT}/v1/standard/text-to-video`, SHORT, SHAPES),
  image("kling-1.5-pro", `${AT}/v1.5/pro/image-to-video`, SHORT, SHAPES, TAIL),
  text("kling-1.5-pro", `${AT}/v1.5/pro/text-to-video`, SHORT, SHAPES),
  image("kling-1.6-standard", `${AT}/v1.6/standard/image-to-video`, SHORT),
  text("kling-1.6-standard", `${AT}/v1.6/standard/text-to-video`, SHORT, SHAPES),
  image("kling-1.6-pro", `${AT}/v1.6/pro/image-to-video`, SHORT, SHAPES, TAIL),
  text("kling-1.6-pro", `${AT}/v1.6/pro/text-to-video`, SHORT, SHAPES),
  image("kling-2-master", `${AT}/v2/master/image-to-video`, SHORT),
  text("kling-2-master", `${AT}/v2/master/text-to-video`, SHORT, SHAPES),
  image("kling-2.1-standard", `${AT}/v2.1/standard/image-to-video`, SHORT),
  image("kling-2.1-pro", `${AT}/v2.1/pro/image-to-video`, SHORT, TAIL),
  image("kling-2.1-master", `${AT}/v2.1/master/image-to-video`, SHORT),
  text("kling-2.1-master", `${AT}/v2.1/master/text-to-video`, SHORT, SHAPES),
  image("kling-2.5-turbo-standard", `${AT}/v2.5-turbo/standard/image-to-video`, SHORT),
  image("kling-2.5-turbo-pro", `${AT}/v2.5-turbo/pro/image-to-video`, SHORT, TAIL),
  text("kling-2.5-turbo-pro", `${AT}/v2.5-turbo/pro/text-to-video`, SHORT, SHAPES),
  image("kling-2.6-pro", `${AT}/v2.6/pro/image-to-video`, SHORT, START),
  text("kling-2.6-pro", `${AT}/v2.6/pro/text-to-video`, SHORT, SHAPES),
  image("kling-3-standard", `${AT}/v3/standard/image-to-video`, TO_15, START),
  text("kling-3-standard", `${AT}/v3/standard/text-to-video`, TO_15, SHAPES),
  image("kling-3-pro", `${AT}/v3/pro/image-to-video`, TO_15, START),
  text("kling-3-pro", `${AT}/v3/pro/text-to-video`, TO_15, SHAPES),
  image("kling-o1", `${AT}/o1/image-to-video`, TO_10, START),
  image("kling-o1-standard", `${AT}/o1/standard/image-to-video`, TO_10, START),
  image("kling-o3-standard", `${AT}/o3/standard/image-to-video`, TO_15, END),
  text("kling-o3-standard", `${AT}/o3/standard/text-to-video`, TO_15, SHAPES),
  image("kling-o3-pro", `${AT}/o3/pro/image-to-video`, TO_15, END),
  text("kling-o3-pro", `${AT}/o3/pro/text-to-video`, TO_15, SHAPES),
  motion("kling-2.6-standard-motion", `${AT}/v2.6/standard/motion-control`, ORIENTED),
  motion("kling-2.6-pro-motion", `${AT}/v2.6/pro/motion-control`, ORIENTED),
  motion("kling-3-standard-motion", `${AT}/v3/standard/motion-control`, ORIENTED),
  motion("kling-3-pro-motion", `${AT}/v3/pro/motion-control`, ORIENTED),
];
