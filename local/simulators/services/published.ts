import { basename } from "node:path";
import type { MediaStore } from "../fal/media_store.ts";
import type { ModelDeps } from "../fal/download_input.ts";
import { saveFrame } from "../media.ts";
import { type Probe, probe } from "../probe.ts";

/** The URL of a file as a model's output names it. */
export function publishedUrl(file: unknown): string {
  if (typeof file === "object" && file !== null && "url" in file) return String(file.url);
  throw new Error("Cannot tell what was made: the output holds no file");
}

/** What ffprobe says of what was made. */
export function measure(url: string, { media }: ModelDeps): Promise<Probe> {
  return probe(pathOf(url, media));
}

async function sizeInBytes(url: string, { media }: ModelDeps): Promise<number> {
  return (await Deno.stat(pathOf(url, media))).size;
}

/** Publishes a video's first frame. */
export async function thumbnailOf(url: string, deps: ModelDeps): Promise<string> {
  const { media, signal, expiresMs } = deps;
  const path = media.newPath(".jpg");
  await saveFrame({ video: pathOf(url, media), at: "first", path, signal });
  return (await media.publish(path, expiresMs)).url;
}

/** Publishes a page of text under a name like a video's. */
export async function publishPage(media: MediaStore): Promise<string> {
  const path = media.newPath(".mp4");
  await Deno.writeTextFile(path, "<!doctype html><title>Not found</title>");
  return (await media.publish(path)).url;
}

/** Publishes a film with its thumbnail and what is said of it. */
export async function filmOf(path: string, deps: ModelDeps): Promise<Record<string, unknown>> {
  const { url: final_video_url } = await deps.media.publish(path, deps.expiresMs);
  const { duration, width, height } = await measure(final_video_url, deps);
  return {
    final_video_url,
    thumbnail_url: await thumbnailOf(final_video_url, deps),
    duration,
    file_size: await sizeInBytes(final_video_url, deps),
    format: "mp4",
    resolution: `${width}x${height}`,
  };
}

/** Where what was published at a URL lies. */
export function pathOf(url: string, { folder }: MediaStore): string {
  return `${folder}/${basename(new URL(url).pathname)}`;
}
