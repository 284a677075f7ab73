import * as z from "zod";
import { atATime } from "../at_a_time.ts";
import { withDeadline } from "../deadline.ts";
import type { Done } from "../provider.ts";
import type { StepWork } from "../transitions/steps.ts";
import { cuesOf, toSrt, toVtt } from "./caption_files.ts";
import { BUCKET, doneByCopying, NotCopied, type StorageDeps, type StoreDeps } from "./copy_file.ts";
import { httpReader, mp4Duration } from "./mp4_duration.ts";
import { urlOf } from "./url_of.ts";

/** Each is a connection, and the pages that are read of it. */
const CLIPS_AT_A_TIME = 20;

const CaptionsInput = z.object({
  cues: z.array(z.object({
    text: z.string(),
    clips: z.array(z.string()),
    /** As they were ordered. */
    seconds: z.number().nullable(),
  })),
  path: z.string(),
});
type Scene = z.infer<typeof CaptionsInput>["cues"][number];

/**
 * Writes a film's captions as SubRip and WebVTT beside it, timed by what its clips say of their own
 * lengths. It costs nothing to do it again.
 */
export async function storeCaptions(
  deps: StoreDeps,
  { attempt }: StepWork,
): Promise<Done> {
  const { cues, path } = CaptionsInput.parse(attempt.input);
  return await doneByCopying(async () => {
    const lengths = (await lengthsOf(deps, cues.flatMap(({ clips }) => clips))).values();
    const scenes = cues.map((scene) => ({
      text: scene.text,
      seconds: secondsOf(deps, scene, [...lengths.take(scene.clips.length)]),
    }));
    const timed = cuesOf(scenes);
    await store(deps, `${path}.srt`, "application/x-subrip", toSrt(timed));
    await store(deps, `${path}.vtt`, "text/vtt", toVtt(timed));
    const [srt_url, vtt_url] = await Promise.all([
      urlOf(deps, `${path}.srt`),
      urlOf(deps, `${path}.vtt`),
    ]);
    return { srt_url, vtt_url };
  });
}

/** A clip that does not tell its length is as long as it was ordered. */
function secondsOf(
  { log }: StoreDeps,
  { seconds }: Scene,
  lengths: readonly (number | null)[],
): number {
  const known = lengths.filter((length) => length !== null);
  if (known.length === lengths.length) return known.reduce((sum, length) => sum + length, 0);
  if (seconds !== null) {
    const reason = "A clip does not tell its length: captions are timed by what was ordered";
    log("captions.not_measured", { reason });
    return seconds;
  }
  throw new NotCopied("Cannot time captions: a clip does not tell its length", true);
}

/** Of each clip, as far as they can be had in the time for one file. */
function lengthsOf(
  { fetch, timeoutMs }: StorageDeps,
  clips: readonly string[],
): Promise<(number | null)[]> {
  return withDeadline(
    timeoutMs,
    (signal) => atATime(CLIPS_AT_A_TIME, clips, (url) => measure(fetch, url, signal)),
  );
}

async function measure(
  fetch: StorageDeps["fetch"],
  url: string,
  signal: AbortSignal,
): Promise<number | null> {
  if (signal.aborted || !/^https?:/i.test(url)) return null;
  try {
    return await mp4Duration(httpReader(fetch, url, signal));
  } catch {
    return null;
  }
}

async function store(
  { storage }: StoreDeps,
  path: string,
  contentType: string,
  text: string,
): Promise<void> {
  const body = new TextEncoder().encode(text);
  const { error } = await storage.from(BUCKET).upload(path, body, { contentType, upsert: true });
  if (error) throw new NotCopied(`Cannot store captions: ${error.message}`, true);
}
