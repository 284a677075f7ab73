import { MediaError, runFfmpeg } from "./ffmpeg.ts";
import { frameIndex, type FramePosition } from "./media.ts";
import { probe } from "./probe.ts";

/** One picture: an image file, or a frame of a video. */
export type Picture = { path: string; at?: FramePosition };

/**
 * Structural similarity of two pictures, 1 for equal ones, down to -1, over all planes as ffmpeg's ssim filter
 * weighs them. The second is scaled to the size of the first.
 */
export async function ssim(a: Picture, b: Picture): Promise<number> {
  const { width, height } = await probe(a.path);
  const [first, second] = await Promise.all([a, b].map((it) => frameIndex(it.path, it.at ?? 0)));
  const leg = (input: number, index: number | undefined) =>
    `[${input}:v]select=eq(n\\,${index}),setpts=0,` +
    `scale=${width}:${height}:flags=bicubic,setsar=1,format=yuv420p`;
  const filter = `${leg(0, first)}[a];${leg(1, second)}[b];[a][b]ssim`;
  const report = await runFfmpeg([
    ...["-i", a.path, "-i", b.path, "-lavfi", filter, "-frames:v", "1", "-f", "null", "-"],
  ]);
  const all = /SSIM.* All:(-?[0-9.]+)/.exec(report)?.[1];
  if (all === undefined) throw new MediaError(`Cannot compare ${a.path} with ${b.path}: no figure`);
  return Number(all);
}
