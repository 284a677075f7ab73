/** A fal endpoint that makes clips, and how it names what we send. */
export type Model = {
  /** fal's endpoint id. */
  endpoint: string;
  /** Name shared by the endpoints of one model; a job may say it instead of an endpoint. */
  family: string;
  /** Parameter of the start frame; null: the model works from text alone. */
  startFrame: string | null;
  needsImage: boolean;
  /** Lengths on offer, in seconds. A single one without `durationAs` is fixed; none: the driver's. */
  seconds: readonly number[];
  /** How `duration` is written: `"5"`, `"5s"` or `5`; null: the model has no such parameter. */
  durationAs: "digits" | "digits_s" | "number" | null;
  /** Values of `aspect_ratio`; null: no such parameter, the start frame decides. */
  aspectRatios: readonly string[] | null;
  /** Parameter of a driver video that the clip follows; required where there is one. */
  driver: string | null;
  /** Parameter of a sound track. */
  audio: string | null;
  /** Sent always. */
  fixed: Readonly<Record<string, unknown>>;
};

const KLING_RATIOS = ["16:9", "9:16", "1:1"];
const VEO_RATIOS = ["16:9", "9:16"];
const SEEDANCE_RATIOS = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"];
const LUMA_RATIOS = ["16:9", "9:16", "4:3", "3:4", "21:9", "9:21"];
const WAN_RATIOS = ["16:9", "9:16", "1:1", "4:3", "3:4"];

const KLING = { seconds: [5, 10], durationAs: "digits" } as const;
const KLING_3 = { seconds: between(3, 15), durationAs: "digits" } as const;
const VEO = { seconds: [4, 6, 8], durationAs: "digits_s", aspectRatios: VEO_RATIOS } as const;
const HAILUO = { seconds: [6, 10], durationAs: "digits" } as const;
const SIX_SECONDS = { seconds: [6], durationAs: null } as const;
const SEEDANCE_1 = { seconds: between(2, 12), durationAs: "digits" } as const;
const SEEDANCE_1_5 = { seconds: between(4, 12), durationAs: "digits" } as const;
const LUMA = { seconds: [5, 9], durationAs: "digits_s", aspectRatios: LUMA_RATIOS } as const;
const WAN = { seconds: [5, 10], durationAs: "digits", audio: "audio_url" } as const;
const MOTION = { seconds: [], driver: "video_url", fixed: { character_orientation: "video" } };

/**
 * Parameters are those of fal's published schemas (`endpoints.d.ts` of @fal-ai/client 1.10.1).
 * Beside the endpoints of a family that work from text stand those that start from an image.
 */
export const MODELS: readonly Model[] = [
  image("kling-2.1-standard", "fal-ai/kling-video/v2.1/standard/image-to-video", KLING),
  image("kling-2.1-pro", "fal-ai/kling-video/v2.1/pro/image-to-video", KLING),
  image("kling-2.1-master", "fal-ai/kling-video/v2.1/master/image-to-video", KLING),
  text("kling-2.1-master", "fal-ai/kling-video/v2.1/master/text-to-video", klingText(KLING)),
  image("kling-2.5-turbo-standard", "fal-ai/kling-video/v2.5-turbo/standard/image-to-video", KLING),
  image("kling-2.5-turbo-pro", "fal-ai/kling-video/v2.5-turbo/pro/image-to-video", KLING),
  text("kling-2.5-turbo-pro", "fal-ai/kling-video/v2.5-turbo/pro/text-to-video", klingText(KLING)),
  image("kling-2.6-pro", "fal-ai/kling-video/v2.6/pro/image-to-video", startImage(KLING)),
  text("kling-2.6-pro", "fal-ai/kling-video/v2.6/pro/text-to-video", klingText(KLING)),
  image("kling-3-standard", "fal-ai/kling-video/v3/standard/image-to-video", startImage(KLING_3)),
  text("kling-3-standard", "fal-ai/kling-video/v3/standard/text-to-video", klingText(KLING_3)),
  image("kling-3-pro", "fal-ai/kling-video/v3/pro/image-to-video", startImage(KLING_3)),
  text("kling-3-pro", "fal-ai/kling-video/v3/pro/text-to-video", klingText(KLING_3)),
  image("kling-2.6-standard-motion", "fal-ai/kling-video/v2.6/standard/motion-control", MOTION),
  image("kling-2.6-pro-motion", "fal-ai/kling-video/v2.6/pro/motion-control", MOTION),
  image("veo-3.1", "fal-ai/veo3.1/image-to-video", VEO),
  text("veo-3.1", "fal-ai/veo3.1", VEO),
  image("veo-3.1-fast", "fal-ai/veo3.1/fast/image-to-video", VEO),
  text("veo-3.1-fast", "fal-ai/veo3.1/fast", VEO),
  image("veo-3.1-lite", "fal-ai/veo3.1/lite/image-to-video", VEO),
  text("veo-3.1-lite", "fal-ai/veo3.1/lite", VEO),
  image("hailuo-02-standard", "fal-ai/minimax/hailuo-02/standard/image-to-video", HAILUO),
  text("hailuo-02-standard", "fal-ai/minimax/hailuo-02/standard/text-to-video", HAILUO),
  image("hailuo-02-pro", "fal-ai/minimax/hailuo-02/pro/image-to-video", SIX_SECONDS),
  text("hailuo-02-pro", "fal-ai/minimax/hailuo-02/pro/text-to-video", SIX_SECONDS),
  image("hailuo-2.3-standard", "fal-ai/minimax/hailuo-2.3/standard/image-to-video", HAILUO),
  text("hailuo-2.3-standard", "fal-ai/minimax/hailuo-2.3/standard/text-to-video", HAILUO),
  image("hailuo-2.3-pro", "fal-ai/minimax/hailuo-2.3/pro/image-to-video", SIX_SECONDS),
  text("hailuo-2.3-pro", "fal-ai/minimax/hailuo-2.3/pro/text-to-video", SIX_SECONDS),
  image("minimax-video-01", "fal-ai/minimax/video-01/image-to-video", SIX_SECONDS),
  text("minimax-video-01", "fal-ai/minimax/video-01", SIX_SECONDS),
  image("seedance-1-pro", "fal-ai/bytedance/seedance/v1/pro/image-to-video", seedance(SEEDANCE_1)),
  text("seedance-1-pro", "fal-ai/bytedance/seedance/v1/pro/text-to-video", seedance(SEEDANCE_1)),
  image(
    "seedance-1.5-pro",
    "fal-ai/bytedance/seedance/v1.5/pro/image-to-video",
    seedance(SEEDANCE_1_5),
  ),
  text(
    "seedance-1.5-pro",
    "fal-ai/bytedance/seedance/v1.5/pro/text-to-video",
    seedance(SEEDANCE_1_5),
  ),
  image("luma-ray-2", "fal-ai/luma-dream-machine/ray-2/image-to-video", optionalImage(LUMA)),
  text("luma-ray-2", "fal-ai/luma-dream-machine/ray-2", LUMA),
  image("wan-2.5", "fal-ai/wan-25-preview/image-to-video", WAN),
  text("wan-2.5", "fal-ai/wan-25-preview/text-to-video", { ...WAN, aspectRatios: WAN_RATIOS }),
];

type Facts = Partial<Model> & Pick<Model, "seconds">;

function image(family: string, endpoint: string, facts: Facts): Model {
  return { ...text(family, endpoint, facts), startFrame: "image_url", needsImage: true, ...facts };
}

function text(family: string, endpoint: string, facts: Facts): Model {
  return {
    endpoint,
    family,
    startFrame: null,
    needsImage: false,
    durationAs: null,
    aspectRatios: null,
    driver: null,
    audio: null,
    fixed: {},
    ...facts,
  };
}

function startImage(facts: Facts): Facts {
  return { ...facts, startFrame: "start_image_url" };
}

function optionalImage(facts: Facts): Facts {
  return { ...facts, needsImage: false };
}

function klingText(facts: Facts): Facts {
  return { ...facts, aspectRatios: KLING_RATIOS };
}

function seedance(facts: Facts): Facts {
  return { ...facts, aspectRatios: SEEDANCE_RATIOS };
}

function between(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
