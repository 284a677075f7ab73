import { z } from "zod";
import { MediaError } from "../ffmpeg.ts";
import { cutFilm } from "../cut.ts";
import { even, fillPicture, makeClip, saveFrame, type Size as ClipSize } from "../media.ts";
import { makePicture } from "../picture.ts";
import { probe } from "../probe.ts";
import { text } from "../read_input.ts";
import type { Endpoint } from "./endpoints.ts";
import type { MediaStore } from "./media_store.ts";
import { downloadInput, type ModelDeps } from "./download_input.ts";
import { runSound, SOUND_WORK } from "./run_sound.ts";
import { ModelError } from "./validate.ts";

const Size = z.object({ width: z.number(), height: z.number() });

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
  const sound = SOUND_WORK.find((work) => work === endpoint.work);
  if (sound) return await runSound(sound, input, deps);
  if (endpoint.work === "frame") {
    const video = await downloadInput(input, "video_url", deps);
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
      urls.map((url, n) => downloadInput({ video_urls: url }, "video_urls", deps, n)),
    );
    try {
      await cutFilm({ videos, path, signal, ...cutOf(input) });
    } catch (error) {
      // Which one it was, in the model's words.
      for (const video of videos) await readable("video_urls", video);
      throw error;
    }
    return { video: await media.publish(path, expiresMs), metadata: {} };
  }
  const words = text(input.prompt);
  const image = endpoint.startFrame !== null && input[endpoint.startFrame]
    ? await downloadInput(input, endpoint.startFrame, deps)
    : null;
  const endImage = endpoint.endFrame && input[endpoint.endFrame]
    ? await downloadInput(input, endpoint.endFrame, deps)
    : undefined;
  const size = await clipSize(endpoint.startFrame, image, text(input.aspect_ratio), deps.shortSide);
  const seconds = endpoint.work === "motion_control"
    ? await driverSeconds(input, deps)
    : parseFloat(String(input.duration)) || endpoint.seconds;
  await makeClip({
    image: image ?? await drawn(words, size, media),
    endImage,
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
  const image = await downloadInput(input, "image_url", deps);
  await readable("image_url", image);
  const size = await clipSize(null, null, text(input.aspect_ratio) || "16:9", deps.shortSide);
  const path = media.newPath(input.output_format === "png" ? ".png" : ".jpg");
  await fillPicture({ image, path, size, signal });
  return { images: [{ ...await media.publish(path, expiresMs), ...size }], seed: 1 };
}

/** Size and rate as merge-videos takes them; the enumerated sizes are not played. */
function cutOf({ target_fps, resolution, transitions }: Record<string, unknown>) {
  const size = Size.safeParse(resolution).data;
  return {
    ...typeof target_fps === "number" && { fps: target_fps },
    ...size,
    ...Array.isArray(transitions) && { transitions: transitions.map(String) },
  };
}

async function clipSize(
  field: string | null,
  image: string | null,
  ratio: string,
  shortSide: number,
): Promise<ClipSize> {
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
  const driver = await readable("video_url", await downloadInput(input, "video_url", deps));
  return Math.min(driver.duration, input.character_orientation === "image" ? 10 : 30);
}

async function drawn(words: string, size: ClipSize, media: MediaStore): Promise<string> {
  const path = media.newPath(".png");
  await makePicture({ path, words, ...size });
  return path;
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
