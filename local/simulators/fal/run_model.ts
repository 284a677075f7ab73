import { MediaError } from "../ffmpeg.ts";
import { fillPicture, joinClips, makeClip, saveFrame, type Size } from "../media.ts";
import { makePicture } from "../picture.ts";
import { probe } from "../probe.ts";
import type { Endpoint } from "./endpoints.ts";
import type { MediaStore } from "./media_store.ts";
import { ModelError } from "./validate.ts";

export type ModelDeps = {
  media: MediaStore;
  /** Pixels. */
  shortSide: number;
  expiresMs?: number;
  signal: AbortSignal;
};

/**
 * Does an endpoint's work on a valid input and returns its output.
 *
 * @throws ModelError for what the model would answer with an HTTP error.
 */
export async function runModel(
  endpoint: Endpoint,
  input: Record<string, unknown>,
  deps: ModelDeps,
): Promise<Record<string, unknown>> {
  const { media, signal, expiresMs } = deps;
  if (endpoint.work === "frame") {
    const video = await download(input, "video_url", deps);
    const path = media.newPath(".jpg");
    const kind = input.frame_type;
    const at = kind === "last" || kind === "middle" ? kind : "first";
    const { width, height } = await readable("video_url", video);
    await saveFrame({ video, at, path, signal });
    return { images: [{ ...await media.publish(path, expiresMs), width, height }] };
  }
  if (endpoint.work === "reframe") return await reframe(input, deps);
  const path = media.newPath(".mp4");
  if (endpoint.work === "join") {
    const urls = Array.isArray(input.video_urls) ? input.video_urls : [];
    const videos = await Promise.all(
      urls.map((url, n) => download({ video_urls: url }, "video_urls", deps, n)),
    );
    try {
      await joinClips({ videos, path, signal });
    } catch (error) {
      // Which one it was, in the model's words.
      for (const video of videos) await readable("video_urls", video);
      throw error;
    }
    return { video: await media.publish(path, expiresMs), metadata: {} };
  }
  const words = text(input.prompt);
  const image = endpoint.startFrame !== null && input[endpoint.startFrame]
    ? await download(input, endpoint.startFrame, deps)
    : null;
  const size = await clipSize(endpoint.startFrame, image, text(input.aspect_ratio), deps.shortSide);
  const seconds = endpoint.work === "motion_control"
    ? await driverSeconds(input, deps)
    : parseFloat(String(input.duration)) || endpoint.seconds;
  await makeClip({
    image: image ?? await drawn(words, size, media),
    path,
    seconds,
    size,
    words,
    signal,
  });
  return { video: await media.publish(path, expiresMs) };
}

/** The whole picture in the middle of a larger one, whose edges go on as its own do. */
async function reframe(input: Record<string, unknown>, deps: ModelDeps) {
  const { media, signal, expiresMs } = deps;
  const image = await download(input, "image_url", deps);
  await readable("image_url", image);
  const size = await clipSize(null, null, text(input.aspect_ratio) || "16:9", deps.shortSide);
  const path = media.newPath(input.output_format === "png" ? ".png" : ".jpg");
  await fillPicture({ image, path, size, signal });
  return { images: [{ ...await media.publish(path, expiresMs), ...size }], seed: 1 };
}

async function clipSize(
  field: string | null,
  image: string | null,
  ratio: string,
  shortSide: number,
): Promise<Size> {
  const named = /^(\d+):(\d+)$/.exec(ratio);
  const shape = named
    ? { width: Number(named[1]), height: Number(named[2]) }
    : image === null
    ? { width: 16, height: 9 }
    : await readable(field ?? "image_url", image);
  const scale = shortSide / Math.min(shape.width, shape.height);
  return { width: even(shape.width * scale), height: even(shape.height * scale) };
}

async function driverSeconds(input: Record<string, unknown>, deps: ModelDeps): Promise<number> {
  const driver = await readable("video_url", await download(input, "video_url", deps));
  return Math.min(driver.duration, input.character_orientation === "image" ? 10 : 30);
}

async function drawn(words: string, size: Size, media: MediaStore): Promise<string> {
  const path = media.newPath(".png");
  await makePicture({ path, words, ...size });
  return path;
}

async function download(
  input: Record<string, unknown>,
  field: string,
  { media, signal }: ModelDeps,
  index?: number,
): Promise<string> {
  const url = text(input[field]);
  const loc = ["body", field, ...(index === undefined ? [] : [index])];
  const path = media.newPath(".input");
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new TypeError(`It answered ${response.status}`);
    }
    await Deno.writeFile(path, response.body);
    return path;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TypeError)) throw error;
    const msg = "Failed to download the file. Please check if the URL is accessible and try again.";
    throw new ModelError(422, { detail: [{ loc, msg, type: "file_download_error", input: url }] });
  }
}

async function readable(field: string, path: string) {
  try {
    return await probe(path);
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    const what = field.includes("video") ? "video" : "image";
    const msg =
      `Failed to load the ${what}. Please ensure the ${what} file is not corrupted and is in a supported format.`;
    const type = what === "video" ? "unsupported_video_format" : "image_load_error";
    throw new ModelError(422, { detail: [{ loc: ["body", field], msg, type }] });
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function even(value: number): number {
  return Math.round(value / 2) * 2;
}
