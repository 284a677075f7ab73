import * as z from "zod";
import { EVENTS } from "../_shared/events.ts";
import { WebhookHeaders } from "../_shared/webhook_headers.ts";

const END = ["completed", "failed", "cancelled"] as const;

/** The names that this API's bodies carry as `webhook_type`, and those of the events. */
const EventNames = z.string().transform((name, context): string[] => {
  if (name === "video_generation_progress") return ["video.generation.progress"];
  if (name === "video_generation_completed") return END.map((end) => `video.generation.${end}`);
  const full = name.includes(".") ? name : `video.generation.${name}`;
  if (EVENTS.some((event) => event === full)) return [full];
  context.addIssue({
    code: "custom",
    message: `Unknown event "${name}": completed, failed, cancelled, progress`,
  });
  return z.NEVER;
});

/** The request as clients of this API send it; unknown fields pass through. */
export const VideoFields = z.looseObject({
  model: z.string().min(1).max(255),
  prompt: z.string(),
  duration: z.number().nullish(),
  size: z.string().regex(/^\d{2,5}x\d{2,5}$/, "Expected the form 1280x720").nullish(),
  image_url: z.string().nullish(),
  driver_video_url: z.string().nullish(),
  audio_url: z.string().nullish(),
  webhook_url: z.string().nullish(),
  webhook_headers: WebhookHeaders.nullish(),
  /** Which deliveries to get; without it all of them, progress included. */
  webhook_events: z.array(EventNames).max(20).transform((names) => [...new Set(names.flat())])
    .nullish(),
  /** Fewer tries than the schedule has. */
  webhook_retry: z.object({ max_attempts: z.int().min(1).max(10).nullish() }).nullish(),
  user_id: z.string().nullish(),
  user: z.string().nullish(),
  video_id: z.string().nullish(),
  idempotency_key: z.string().min(1).max(255).nullish(),
});
export type VideoFields = z.infer<typeof VideoFields>;
