import * as z from "zod";
import { EVENTS } from "../events.ts";
import { WebhookHeaders } from "../webhook_headers.ts";
import { FileUrl } from "./file_url.ts";
import { FILM_FINISH, SCENE_FINISH } from "./finish_fields.ts";

/** Lengths are generous for people and bounded for rows. */
const Name = z.string().max(255).refine(isSaying, "Must not be empty");
const Prompt = z.string().max(20_000).refine(isSaying, "Must not be empty");
const MediaUrl = FileUrl.nullish();
const AspectRatio = z.string().regex(/^(?!0+:)\d{1,2}:(?!0+$)\d{1,2}$/, "Expected the form 16:9");
/** Chat apps send ids and versions as numbers, too. */
const TextOrNumber = z.union([z.string().max(255), z.number()], "Expected a string or a number")
  .refine(
    (value) => typeof value === "string" || !Number.isInteger(value) || Number.isSafeInteger(value),
    "Too large for a number: send it as a string",
  );

/** Whatever is not test mode is paid for: who nearly wrote it is asked what was meant. */
const ExecutionMode = z.string().max(255).refine(
  (mode) => mode === "test" || mode.trim().toLowerCase() !== "test",
  'Expected "test": as it is written, the film would be paid for',
);

const Event = z.string()
  .transform((name) => name.includes(".") ? name : `video.generation.${name}`)
  .pipe(z.enum(EVENTS));

const JobSceneFields = z.looseObject({
  prompt: Prompt,
  duration: z.number().positive().max(3600).nullish(),
  image_url: MediaUrl,
  continuity: z.enum(["last_frame", "cut", "shared_keyframe"]).nullish(),
  driver_video_url: MediaUrl,
  audio_url: MediaUrl,
  model: Name.nullish(),
  ...SCENE_FINISH,
});
export type JobSceneFields = z.infer<typeof JobSceneFields>;

/** A job as chat apps post it; unknown fields pass through. */
export const JobFields = z.looseObject({
  video_id: Name,
  user_id: Name,
  prompt: Prompt.nullish(),
  scenes: z.array(JobSceneFields).min(1).max(100).nullish(),
  image_url: MediaUrl,
  model: Name.nullish(),
  aspect_ratio: AspectRatio.nullish(),
  chat_id: TextOrNumber.nullish(),
  user_email: z.string().max(320).nullish(),
  user_name: z.string().max(255).nullish(),
  source: z.string().max(255).nullish(),
  version: TextOrNumber.nullish(),
  request_timestamp: TextOrNumber.nullish(),
  is_revision: z.boolean().nullish(),
  idempotency_key: z.string().min(1).max(255).nullish(),
  callback_url: z.string().max(2048).nullish(),
  events: z.array(Event).max(20).nullish(),
  webhook_headers: WebhookHeaders.nullish(),
  webhookUrl: z.string().max(4096).nullish(),
  executionMode: ExecutionMode.nullish(),
  /** US dollars. */
  max_cost_usd: z.number().nonnegative().max(1_000_000).nullish(),
  stop_at: z.enum(["storyboard", "stills"]).nullish(),
  ...FILM_FINISH,
});
export type JobFields = z.infer<typeof JobFields>;

/** Fields that have a place of their own; all others are kept in the project's metadata. */
const PLACED: ReadonlySet<string> = new Set(
  Object.keys(JobFields.shape).filter((name) =>
    !["version", "request_timestamp", "webhookUrl"].includes(name)
  ),
);
const PLACED_IN_SCENE: ReadonlySet<string> = new Set(Object.keys(JobSceneFields.shape));

export function jobMetadata(job: JobFields): Record<string, unknown> {
  return others(job, PLACED);
}

export function sceneMetadata(scene: JobSceneFields): Record<string, unknown> {
  return others(scene, PLACED_IN_SCENE);
}

function others(fields: object, placed: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !placed.has(name)));
}

function isSaying(text: string): boolean {
  return text.trim() !== "";
}
