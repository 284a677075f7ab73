import { digits, type Facts, image, type Model, text } from "./model_row.ts";

const AT = "fal-ai/minimax";
const LENGTHS = digits(6, 10);
const SIX: Facts = { seconds: [6] };
const END: Facts = { endFrame: "end_image_url" };

export const MINIMAX: readonly Model[] = [
  image("minimax-video-01", `${AT}/video-01/image-to-video`, SIX),
  text("minimax-video-01", `${AT}/video-01`, SIX),
  image("minimax-video-01-live", `${AT}/video-01-live/image-to-video`, SIX),
  image("minimax-video-01-director", `${AT}/video-01-director/image-to-video`, SIX),
  text("minimax-video-01-director", `${AT}/video-01-director`, SIX),
  image("hailuo-02-standard", `${AT}/hailuo-02/standard/image-to-video`, LENGTHS, END),
  text("hailuo-02-standard", `${AT}/hailuo-02/standard/text-to-video`, LENGTHS),
  image("hailuo-02-pro", `${AT}/hailuo-02/pro/image-to-video`, SIX, END),
  text("hailuo-02-pro", `${AT}/hailuo-02/pro/text-to-video`, SIX),
  image("hailuo-02-fast", `${AT}/hailuo-02-fast/image-to-video`, LENGTHS),
  image("hailuo-2.3-standard", `${AT}/hailuo-2.3/standard/image-to-video`, LENGTHS),
  text("hailuo-2.3-standard", `${AT}/hailuo-2.3/standard/text-to-video`, LENGTHS),
  image("hailuo-2.3-pro", `${AT}/hailuo-2.3/pro/image-to-video`, SIX),
  text("hailuo-2.3-pro", `${AT}/hailuo-2.3/pro/text-to-video`, SIX),
  image("hailuo-2.3-fast-standard", `${AT}/hailuo-2.3-fast/standard/image-to-video`, LENGTHS),
  image("hailuo-2.3-fast-pro", `${AT}/hailuo-2.3-fast/pro/image-to-video`, SIX),
];
