import * as z from "zod";
import { LARGEST_MEASURE, present } from "../callback_fields.ts";
import type { Failure, Output } from "../transitions/results.ts";

/** A value of an unexpected kind is passed over: the rest of a paid result is still good. */
const HttpUrl = z.string().regex(/^https?:\/\/\S+$/i);
const Url = HttpUrl.optional().catch(undefined);
const Measure = z.number().nonnegative().max(LARGEST_MEASURE).nullish().catch(undefined);
const File = z.object({
  url: HttpUrl,
  width: Measure,
  height: Measure,
  duration: Measure,
  fps: Measure,
});
const Files = z.array(File.optional().catch(undefined)).optional().catch(undefined);
const Lone = File.optional().catch(undefined);

/** Where fal's models put what they made, in the order in which we look. */
const Result = z.object({
  video: Lone,
  videos: Files,
  video_url: Url,
  image: Lone,
  images: Files,
  image_url: Url,
  audio: Lone,
  audio_file: Lone,
  audio_url: Url,
  thumbnail: Lone,
  thumbnail_url: Url,
  duration: Measure,
  fps: Measure,
  width: Measure,
  height: Measure,
});

/** Why a result that holds none of them has failed: it will not hold one later. */
export const NO_FILE: Failure = {
  message: "fal's result has no file that we know how to read",
  retryable: false,
};

/**
 * Reads what a fal model made: `video.url`, `videos[0].url`, `video_url`, `images[]`, `image.url`,
 * `image_url`, `audio.url`, `audio_file.url` or `audio_url`. Null where it holds none of them.
 */
export function readOutput(result: unknown): Output | null {
  const read = Result.safeParse(result);
  if (!read.success) return null;

  const { data } = read;
  const images = [...readable(data.images), ...readable([data.image])];
  const video = data.video ?? readable(data.videos)[0];
  const videoUrl = video?.url ?? data.video_url;
  const imageUrl = images[0]?.url ?? data.image_url;
  const audio = data.audio ?? data.audio_file;
  const audioUrl = audio?.url ?? data.audio_url;
  if (videoUrl === undefined && imageUrl === undefined && audioUrl === undefined) return null;

  const file = videoUrl === undefined ? images[0] ?? audio : video;
  return present({
    video_url: videoUrl,
    image_url: imageUrl,
    audio_url: audioUrl,
    thumbnail_url: data.thumbnail?.url ?? data.thumbnail_url,
    images: images.length === 0 ? null : images.map(({ url, width = null, height = null }) => ({
      url,
      width,
      height,
    })),
    duration: file?.duration ?? data.duration,
    fps: file?.fps ?? data.fps,
    width: file?.width ?? data.width,
    height: file?.height ?? data.height,
  });
}

function readable<T>(items: readonly (T | undefined)[] = []): T[] {
  return items.filter((item) => item !== undefined);
}
