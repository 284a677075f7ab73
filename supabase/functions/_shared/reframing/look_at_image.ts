import { imageSize, type Size } from "../image_size.ts";
import type { ReadStart } from "./read_start.ts";

/** Values of `aspect_ratio` of `fal-ai/image-editing/reframe` (endpoints.d.ts of @fal-ai/client 1.10.1). */
export const REFRAMED_RATIOS: ReadonlySet<string> = new Set([
  "21:9",
  "16:9",
  "4:3",
  "3:2",
  "1:1",
  "2:3",
  "3:4",
  "9:16",
  "9:21",
]);

/** 1280 x 714 is 16:9 to every eye, and to every model that rounds to whole blocks. */
const TOLERANCE = 0.02;

/** Headers with large colour profiles and previews in front of the size are rarer than this. */
const START = 64 * 1024;
const FIRST_LOOK = 1024;

export type Look =
  | { fits: boolean; size: Size }
  /** Nobody can tell: not an image that we can read, or not to be had. */
  | { fits: null; reason: string };

export function fits({ width, height }: Size, ratio: string): boolean {
  const [across = 0, down = 0] = ratio.split(":").map(Number);
  return Math.abs(width / height / (across / down) - 1) <= TOLERANCE;
}

/** Looks at an image's own header: at its first KiB, and further only where that is not enough. */
export async function lookAtImage(read: ReadStart, url: string, ratio: string): Promise<Look> {
  for (const bytes of [FIRST_LOOK, START]) {
    const start = await read(url, bytes);
    if ("problem" in start) return { fits: null, reason: start.problem };
    const size = imageSize(start);
    if (size !== null) return { fits: fits(size, ratio), size };
    if (start.length < bytes) break;
  }
  return { fits: null, reason: "its size cannot be read from its header" };
}
