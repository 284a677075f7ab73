import * as z from "zod";
import type { Model } from "./model_row.ts";
import { MODELS } from "./model_table.ts";

export const DEFAULT_IMAGE_MODEL = "fal-ai/kling-video/v2.5-turbo/pro/image-to-video";
export const DEFAULT_TEXT_MODEL = "fal-ai/kling-video/v2.5-turbo/pro/text-to-video";
/** Seconds, where a job names none. */
export const DEFAULT_DURATION = 5;

/** Names that clients of other video APIs use, and the family each stands for. */
export const ALIASES: Readonly<Record<string, string>> = {
  "minimax-video": "minimax-video-01",
  "minimax": "minimax-video-01",
  "hailuo": "hailuo-2.3-standard",
  "hailuo-02": "hailuo-02-standard",
  "hailuo-2.3": "hailuo-2.3-standard",
  "kling": "kling-2.5-turbo-pro",
  "kling-video": "kling-2.5-turbo-pro",
  "kling-2.5-turbo": "kling-2.5-turbo-pro",
  "kling-2.6": "kling-2.6-pro",
  "kling-3": "kling-3-pro",
  "kling-motion-control": "kling-2.6-pro-motion",
  "motion-control": "kling-2.6-pro-motion",
  "veo": "veo-3.1",
  "veo2": "veo-2",
  "veo3": "veo-3",
  "veo3.1": "veo-3.1",
  "sora": "sora-2",
  "seedance": "seedance-1.5-pro",
  "luma": "luma-ray-2",
  "ray-2": "luma-ray-2",
  "pika": "pika-2.2",
  "pixverse": "pixverse-5.6",
  "vidu": "vidu-q3",
  "ltx": "ltx-2.3",
  "grok-imagine-video": "grok-imagine",
  "wan": "wan-2.5",
};

const BY_ENDPOINT: ReadonlyMap<string, Model> = new Map(MODELS.map((it) => [it.endpoint, it]));
const BY_FAMILY: ReadonlyMap<string, Model[]> = Map.groupBy(MODELS, ({ family }) => family);

/**
 * Finds the model that makes a clip: by endpoint id, family or alias; null where nobody knows it.
 *
 * An endpoint that works from text gives way to its family's image endpoint where the clip starts
 * from an image: a chained scene would not continue the one before it otherwise.
 */
export function resolveModel(name: string | null, hasImage: boolean): Model | null {
  const wanted = name ?? (hasImage ? DEFAULT_IMAGE_MODEL : DEFAULT_TEXT_MODEL);
  const exact = BY_ENDPOINT.get(wanted);
  if (exact && (exact.startFrame !== null || !hasImage)) return exact;

  const family = exact?.family ?? (Object.hasOwn(ALIASES, wanted) ? ALIASES[wanted] : wanted);
  const members = BY_FAMILY.get(family ?? "") ?? [];
  return members.find((model) => (model.startFrame !== null) === hasImage) ?? members[0] ?? null;
}

export type DurationCheck =
  /** What to put into the clip's `duration`: null where the model has no such parameter. */
  | { ok: true; duration: number | null }
  | { ok: false; offered: readonly number[] };

/** Seconds as asked, or, with null, 5 or the model's next longer clip. */
export function checkDuration(model: Model, seconds: number | null): DurationCheck {
  if (seconds !== null && !model.seconds.includes(seconds)) {
    return { ok: false, offered: model.seconds };
  }
  if (model.durationAs === null) return { ok: true, duration: null };
  return { ok: true, duration: seconds ?? usualSeconds(model) };
}

/** Seconds of a clip whose length nobody named; null where the model has none to choose from. */
export function usualSeconds({ seconds }: Model): number | null {
  return seconds.find((offer) => offer >= DEFAULT_DURATION) ?? seconds.at(-1) ?? null;
}

/** The frozen input of a `generate_clip` attempt; `model` is a fal endpoint id. */
export const ClipInput = z.object({
  model: z.string(),
  prompt: z.string(),
  duration: z.number().nullable(),
  aspect_ratio: z.string().nullable(),
  image_url: z.string().nullable(),
  driver_video_url: z.string().nullable(),
  audio_url: z.string().nullable(),
  end_image_url: z.string().nullish(),
});
export type ClipInput = z.infer<typeof ClipInput>;

/**
 * Says a clip's input in the model's own words: the body to submit to its endpoint.
 *
 * @throws when the model is not in the table.
 */
export function falInput(input: ClipInput): Record<string, unknown> {
  const model = BY_ENDPOINT.get(input.model);
  if (!model) throw new Error(`Cannot build fal input: unknown model "${input.model}"`);

  const ratio = input.aspect_ratio;
  const offersRatio = ratio !== null && model.aspectRatios?.includes(ratio);
  return {
    ...named(model.takesPrompt ? "prompt" : null, input.prompt),
    ...named(model.startFrame, input.image_url),
    ...named(model.endFrame, input.end_image_url ?? null),
    ...named(model.driver, input.driver_video_url),
    ...named(model.audio, input.audio_url),
    ...named("duration", durationWord(model, input.duration)),
    ...named("aspect_ratio", offersRatio ? ratio : null),
    ...model.fixed,
  };
}

function durationWord(model: Model, seconds: number | null): string | number | null {
  if (seconds === null || model.durationAs === null) return null;
  if (model.durationAs === "number") return seconds;
  return model.durationAs === "digits" ? `${seconds}` : `${seconds}s`;
}

function named(parameter: string | null, value: unknown): Record<string, unknown> {
  return parameter === null || value === null ? {} : { [parameter]: value };
}
