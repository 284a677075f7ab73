/** What one input field must be; other fields are ignored, as fal ignores them. */
export type Field =
  | { is: "text"; required: boolean }
  | { is: "url"; required: boolean }
  | { is: "urls"; required: boolean; atLeast: number }
  | { is: "choice"; required: boolean; of: readonly string[] };

export type Endpoint = {
  work: "clip" | "motion_control" | "frame" | "join";
  fields: Record<string, Field>;
  /** The field that holds the first frame; null: made from words alone. */
  startFrame: string | null;
  /** Where the input names no `duration`. */
  seconds: number;
};

/** fal's endpoints that this simulator knows: schemas of @fal-ai/client 1.10.1, `endpoints.d.ts`. */
export const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map(listEndpoints());

type Duration = { of: readonly string[]; usual: number } | { fixed: number };

function* listEndpoints(): Generator<[string, Endpoint]> {
  const kling = { of: ["5", "10"], usual: 5 };
  const longKling = { of: digits(3, 15), usual: 5 };
  const ratios = ["16:9", "9:16", "1:1"];
  for (
    const version of [
      ...["v1/standard", "v1.5/pro", "v1.6/standard", "v1.6/pro", "v2/master"],
      ...["v2.1/standard", "v2.1/pro", "v2.1/master", "v2.5-turbo/standard", "v2.5-turbo/pro"],
    ]
  ) {
    yield [`fal-ai/kling-video/${version}/image-to-video`, clip("image_url", kling)];
    yield [`fal-ai/kling-video/${version}/text-to-video`, clip(null, kling, { ratios })];
  }
  yield ["fal-ai/kling-video/v2.6/pro/image-to-video", clip("start_image_url", kling)];
  yield ["fal-ai/kling-video/v2.6/pro/text-to-video", clip(null, kling, { ratios })];
  for (const grade of ["standard", "pro"]) {
    const words = { words: false };
    yield [
      `fal-ai/kling-video/v3/${grade}/image-to-video`,
      clip("start_image_url", longKling, words),
    ];
    yield [
      `fal-ai/kling-video/v3/${grade}/text-to-video`,
      clip(null, longKling, { ratios, ...words }),
    ];
    yield [`fal-ai/kling-video/o3/${grade}/image-to-video`, clip("image_url", longKling, words)];
    yield [`fal-ai/kling-video/v2.6/${grade}/motion-control`, motionControl()];
    yield [`fal-ai/kling-video/v3/${grade}/motion-control`, motionControl()];
  }
  for (const grade of ["veo3", "veo3/fast", "veo3.1", "veo3.1/fast", "veo3.1/lite"]) {
    const veo = { of: ["4s", "6s", "8s"], usual: 8 };
    const withAuto = { ratios: ["auto", "16:9", "9:16"] };
    yield [`fal-ai/${grade}/image-to-video`, clip("image_url", veo, withAuto)];
    yield [`fal-ai/${grade}`, clip(null, veo, { ratios: ["16:9", "9:16"] })];
    if (!grade.startsWith("veo3.1")) continue;
    const both = clip("first_frame_url", veo, withAuto);
    both.fields.last_frame_url = { is: "url", required: true };
    yield [`fal-ai/${grade}/first-last-frame-to-video`, both];
  }
  const veo2 = { of: ["5s", "6s", "7s", "8s"], usual: 5 };
  yield ["fal-ai/veo2/image-to-video", clip("image_url", veo2)];
  yield ["fal-ai/veo2", clip(null, veo2, { ratios: ["9:16", "16:9", "1:1"] })];

  const hailuo = { of: ["6", "10"], usual: 6 };
  for (const version of ["hailuo-02", "hailuo-2.3"]) {
    yield [`fal-ai/minimax/${version}/standard/image-to-video`, clip("image_url", hailuo)];
    yield [`fal-ai/minimax/${version}/standard/text-to-video`, clip(null, hailuo)];
    yield [`fal-ai/minimax/${version}/pro/image-to-video`, clip("image_url", { fixed: 6 })];
    yield [`fal-ai/minimax/${version}/pro/text-to-video`, clip(null, { fixed: 6 })];
  }
  yield ["fal-ai/minimax/hailuo-02-fast/image-to-video", clip("image_url", hailuo)];
  yield ["fal-ai/minimax/hailuo-2.3-fast/standard/image-to-video", clip("image_url", hailuo)];
  yield ["fal-ai/minimax/hailuo-2.3-fast/pro/image-to-video", clip("image_url", { fixed: 6 })];
  yield ["fal-ai/minimax/video-01/image-to-video", clip("image_url", { fixed: 6 })];
  yield ["fal-ai/minimax/video-01", clip(null, { fixed: 6 })];

  const wide = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"];
  for (const [version, from, last] of [["v1", 2, "9:21"], ["v1.5", 4, "auto"]] as const) {
    const seedance = { of: digits(from, 12), usual: 5 };
    const base = `fal-ai/bytedance/seedance/${version}/pro`;
    const fromImage = clip("image_url", seedance, { ratios: [...wide, "auto"] });
    yield [`${base}/image-to-video`, fromImage];
    yield [`${base}/text-to-video`, clip(null, seedance, { ratios: [...wide, last] })];
  }
  const luma = { of: ["5s", "9s"], usual: 5 };
  const lumaRatios = { ratios: ["16:9", "9:16", "4:3", "3:4", "21:9", "9:21"] };
  const fromImage = clip("image_url", luma, lumaRatios);
  fromImage.fields.image_url = { is: "url", required: false };
  yield ["fal-ai/luma-dream-machine/ray-2/image-to-video", fromImage];
  yield ["fal-ai/luma-dream-machine/ray-2", clip(null, luma, lumaRatios)];
  yield ["fal-ai/wan-25-preview/image-to-video", clip("image_url", kling)];
  const wan = { of: digits(2, 15), usual: 5 };
  yield ["fal-ai/wan-25-preview/text-to-video", clip(null, wan, { ratios: wide.slice(1) })];

  yield ["fal-ai/ffmpeg-api/extract-frame", {
    work: "frame",
    fields: {
      video_url: { is: "url", required: true },
      frame_type: { is: "choice", required: false, of: ["first", "middle", "last"] },
    },
    startFrame: null,
    seconds: 0,
  }];
  yield ["fal-ai/ffmpeg-api/merge-videos", {
    work: "join",
    fields: { video_urls: { is: "urls", required: true, atLeast: 2 } },
    startFrame: null,
    seconds: 0,
  }];
}

function clip(
  startFrame: string | null,
  duration: Duration,
  { ratios, words = true }: { ratios?: readonly string[]; words?: boolean } = {},
): Endpoint {
  const fields: Record<string, Field> = { prompt: { is: "text", required: words } };
  if (startFrame !== null) fields[startFrame] = { is: "url", required: true };
  if (ratios) fields.aspect_ratio = { is: "choice", required: false, of: ratios };
  if ("of" in duration) fields.duration = { is: "choice", required: false, of: duration.of };
  const seconds = "of" in duration ? duration.usual : duration.fixed;
  return { work: "clip", fields, startFrame, seconds };
}

function motionControl(): Endpoint {
  return {
    work: "motion_control",
    fields: {
      image_url: { is: "url", required: true },
      video_url: { is: "url", required: true },
      character_orientation: { is: "choice", required: true, of: ["image", "video"] },
      prompt: { is: "text", required: false },
    },
    startFrame: "image_url",
    seconds: 0,
  };
}

function digits(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, n) => String(from + n));
}
