import * as z from "zod";
import type { Done, StepProvider } from "../provider.ts";
import { BUCKET, doneByCopying, NotCopied, type StorageDeps } from "../storage/copy_file.ts";
import { type FilmUrls, urlOf } from "../storage/url_of.ts";
import type { Output } from "../transitions/results.ts";
import type { StepWork } from "../transitions/steps.ts";
import { CLIP, SILENCE, STILL } from "./media.ts";

type TestDeps = { storage: StorageDeps["storage"]; filmUrls: FilmUrls };
type Made = { clip: string; still: string; sound: string };

const Fallback = z.object({ fallback: z.array(z.custom<NonNullable<Output["scenes"]>[number]>()) });

/**
 * Does every step of a film in test mode at once and for nothing: the same second of film for every
 * clip, its first frame for every picture, silence for every sound, the splitter's scenes for a
 * storyboard.
 */
export function createTestProvider(deps: TestDeps): StepProvider {
  let made: Promise<Made> | null = null;

  async function makeOnce(): Promise<Made> {
    try {
      return await (made ??= upload(deps));
    } catch (error) {
      made = null;
      throw error;
    }
  }

  const make = (work: StepWork): Promise<Done> =>
    doneByCopying(async () => ({ ...outputOf(work, await makeOnce()), cost_usd: 0 }));

  const message = "Cannot cancel a test: it has ended already";
  return {
    submit: make,
    ask: make,
    find: make,
    cancel: () => Promise.resolve({ state: "failed", error: { message, retryable: false } }),
  };
}

function outputOf({ step, attempt }: StepWork, { clip, still, sound }: Made): Output {
  switch (step) {
    case "storyboard":
      return { by: "splitter", scenes: Fallback.parse(attempt.input).fallback };
    case "reframe_image":
    case "extract_last_frame":
    case "extract_thumbnail":
      return { image_url: still, width: 128, height: 72 };
    case "generate_voice":
    case "generate_music":
    case "level_music":
      return { audio_url: sound, duration: 1 };
    default:
      return { video_url: clip, duration: 1, width: 128, height: 72 };
  }
}

async function upload(deps: TestDeps): Promise<Made> {
  const files = [
    { path: "test/clip.mp4", body: CLIP, contentType: "video/mp4" },
    { path: "test/still.jpg", body: STILL, contentType: "image/jpeg" },
    { path: "test/sound.wav", body: SILENCE, contentType: "audio/wav" },
  ];
  for (const { path, body, contentType } of files) {
    const { error } = await deps.storage.from(BUCKET)
      .upload(path, body, { contentType, upsert: true });
    if (error) throw new NotCopied(`Cannot store test file: ${error.message}`, true);
  }
  const [clip = "", still = "", sound = ""] = await Promise.all(
    files.map(({ path }) => urlOf(deps, path)),
  );
  return { clip, still, sound };
}
