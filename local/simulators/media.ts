import { createHash } from "node:crypto";
import { runFfmpeg } from "./ffmpeg.ts";
import { probe } from "./probe.ts";

/** Frames a second of every clip made here. */
const CLIP_FPS = 24;

/** Frames of one hue: for each new one ffmpeg fills a table that takes more than a small picture. */
const HUE_FRAMES = 8;

/** Frames in which a clip turns into the image that it ends with. */
const TURN_IN_FRAMES = 12;

/** No B-frames: clips joined without encoding would otherwise begin with a gap of two frames. */
export const H264 = "-c:v libx264 -preset veryfast -bf 0 -crf 17 -pix_fmt yuv420p".split(" ");
export const MP4 = "-video_track_timescale 12288 -movflags +faststart".split(" ");
const SILENT_MP4 = [...MP4, "-an"];

export type Size = { width: number; height: number };

/**
 * Makes an H.264 clip that begins with `image`, filled into `size`, and moves away from it: the
 * picture pans round its own edges while its colours drift. `words` choose the direction. Nothing
 * is scaled from frame to frame, so a chain of clips stays sharp. With `endImage` it turns into that
 * image, and ends with it.
 */
export async function makeClip(
  { image, endImage, path, seconds, size, words, signal }: {
    image: string;
    endImage?: string;
    path: string;
    seconds: number;
    size: Size;
    words: string;
    signal?: AbortSignal;
  },
): Promise<void> {
  const { width, height } = size;
  const frames = Math.round(seconds * CLIP_FPS);
  const bits = createHash("sha256").update(words).digest()[0] ?? 0;
  // Half tiles off the mosaic's grid, so that the last frame never looks like the first again.
  const farX = even(width * 0.21) * (bits & 1 ? 1 : -1);
  const farY = even(height * 0.28) * (bits & 2 ? 1 : -1);
  const degrees = bits & 4 ? 40 : -40;
  const last = Math.max(1, frames - 1);
  const way = `n/${last}`;
  const hue = `${degrees}*${HUE_FRAMES}*trunc(n/${HUE_FRAMES})/${last}`;
  const fill = `scale=${width}:${height}:force_original_aspect_ratio=increase:flags=bicubic,` +
    `crop=${width}:${height},setsar=1,format=yuv420p`;
  const pan = `crop=${width}:${height}:x='mod(${width}+${farX}*${way},${width})'` +
    `:y='mod(${height}+${farY}*${way},${height})'`;
  const filter = `[0:v]${fill},split[a][b];[a][b]hstack,split[c][d];[c][d]vstack,` +
    `loop=loop=${frames}:size=1:start=0,setpts=N/(${CLIP_FPS}*TB),${pan},hue=h='${hue}'`;
  const turn = Math.min(TURN_IN_FRAMES, frames - 1);
  const ending = endImage === undefined
    ? ""
    : `[pan];[1:v]${fill},loop=loop=${frames}:size=1:start=0,setpts=N/(${CLIP_FPS}*TB),` +
      `format=yuva420p,fade=t=in:s=${frames - 1 - turn}:n=${turn}:alpha=1[end];` +
      `[pan][end]overlay=shortest=1,format=yuv420p`;
  await runFfmpeg([
    ...["-i", image, ...endImage === undefined ? [] : ["-i", endImage]],
    ...["-filter_complex", filter + ending],
    ...["-frames:v", String(frames), "-r", String(CLIP_FPS)],
    ...[...H264, ...SILENT_MP4, path],
  ], signal);
}

/** Fits `image` whole into `size`, over a blurred copy of itself that fills it. */
export async function fillPicture(
  { image, path, size: { width, height }, signal }: {
    image: string;
    path: string;
    size: Size;
    signal?: AbortSignal;
  },
): Promise<void> {
  const scale = `scale=${width}:${height}:force_original_aspect_ratio`;
  const filter = `[0:v]split[a][b];[a]${scale}=increase,crop=${width}:${height},boxblur=8[back];` +
    `[b]${scale}=decrease[front];[back][front]overlay=(W-w)/2:(H-h)/2,setsar=1`;
  await runFfmpeg(
    ["-i", image, "-filter_complex", filter, "-frames:v", "1", "-q:v", "2", path],
    signal,
  );
}

/** Where in a clip a frame stands. A number is its index from 0. */
export type FramePosition = "first" | "middle" | "last" | number;

/** Saves one frame as an image; the ending of `path` decides the format (.png, .jpg). */
export async function saveFrame(
  { video, at, path, signal }: {
    video: string;
    at: FramePosition;
    path: string;
    signal?: AbortSignal;
  },
): Promise<void> {
  const index = await frameIndex(video, at);
  await runFfmpeg([
    ...["-i", video, "-vf", `select=eq(n\\,${index})`, "-vsync", "0"],
    ...["-frames:v", "1", "-q:v", "1", "-qmin", "1", path],
  ], signal);
  await Deno.stat(path);
}

/** The index of a frame, from the number of packets: seeking near the end would miss the last. */
export async function frameIndex(video: string, at: FramePosition): Promise<number> {
  if (typeof at === "number") return at;
  if (at === "first") return 0;
  const { frames } = await probe(video);
  return at === "last" ? frames - 1 : Math.floor(frames / 2);
}

/**
 * Joins clips in order. Clips that were encoded alike are joined without touching their frames;
 * others are encoded anew at the smallest width, height and frame rate among them.
 */
export async function joinClips(
  { videos, path, signal }: { videos: string[]; path: string; signal?: AbortSignal },
): Promise<void> {
  const clips = await Promise.all(videos.map((video) => probe(video)));
  const alike = new Set(clips.map((clip) => clip.encoding)).size === 1;
  if (alike && clips.every((clip) => !clip.hasAudio)) return await copyClips(videos, path, signal);
  const width = even(Math.min(...clips.map((clip) => clip.width)));
  const height = even(Math.min(...clips.map((clip) => clip.height)));
  const fps = Math.min(...clips.map((clip) => clip.fps));
  const legs = videos.map((_, n) =>
    `[${n}:v]fps=${fps},scale=${width}:${height}:force_original_aspect_ratio=decrease,` +
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2,setsar=1,format=yuv420p[v${n}]`
  );
  const joint = `${videos.map((_, n) => `[v${n}]`).join("")}concat=n=${videos.length}:v=1:a=0`;
  await runFfmpeg([
    ...videos.flatMap((video) => ["-i", video]),
    ...["-filter_complex", `${legs.join(";")};${joint}`],
    ...[...H264, ...SILENT_MP4, path],
  ], signal);
}

async function copyClips(videos: string[], path: string, signal?: AbortSignal): Promise<void> {
  const list = await Deno.makeTempFile({ suffix: ".txt" });
  try {
    const lines = videos.map((video) => `file '${video.replaceAll("'", "'\\''")}'`);
    await Deno.writeTextFile(list, lines.join("\n"));
    const input = ["-f", "concat", "-safe", "0", "-i", list];
    await runFfmpeg([...input, "-c", "copy", ...SILENT_MP4, path], signal);
  } finally {
    await Deno.remove(list);
  }
}

/** To a whole number that is even, as H.264 takes sides of pictures. */
export function even(value: number): number {
  return Math.round(value / 2) * 2;
}
