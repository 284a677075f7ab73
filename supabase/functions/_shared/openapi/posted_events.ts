import * as z from "zod";

/** What a post is about, and when it comes. */
export type PostedEvent = { type: string; says: string; data: z.ZodType };

const Of = z.object({
  task_id: z.string(),
  project_id: z.string().meta({ description: "The same id" }),
  video_id: z.string(),
  chat_id: z.string().nullable(),
  user_id: z.string(),
  status: z.string(),
  version: z.int(),
  progress: z.number(),
  total_scenes: z.int().nullable(),
});

const Film = Of.extend({
  final_video_url: z.string().nullable(),
  thumbnail_url: z.string().nullable(),
  duration: z.number().nullable().meta({ description: "Seconds" }),
  error: z.string().nullable(),
});

const Stage = Of.extend({ scene: z.null() });

const SceneStage = Of.extend({
  scene: z.object({
    scene_id: z.string(),
    position: z.int().meta({ description: "From 1" }),
    status: z.string(),
    video_url: z.string().nullable(),
    error: z.string().nullable(),
  }),
});

/** Each event that a job or an endpoint may ask for (private.are_events_known), and the test of one. */
export const POSTED_EVENTS: readonly PostedEvent[] = [
  { type: "video.generation.completed", says: "The film is stored", data: Film },
  { type: "video.generation.failed", says: "It failed; `error` says why", data: Film },
  { type: "video.generation.cancelled", says: "It was cancelled", data: Film },
  { type: "video.generation.progress", says: "`progress` has risen", data: Film },
  { type: "storyboard.completed", says: "The scenes are written", data: Stage },
  { type: "stitching.started", says: "The clips are being joined", data: Stage },
  { type: "scene.started", says: "A scene's clip is being made", data: SceneStage },
  { type: "scene.completed", says: "A scene's clip is there", data: SceneStage },
  { type: "scene.failed", says: "A scene failed; its `error` says why", data: SceneStage },
  {
    type: "endpoint.test",
    says: "Somebody asked for it",
    data: z.object({ endpoint_id: z.string(), user_id: z.string() }),
  },
];

export function bodyOf({ type, data }: PostedEvent): z.ZodType {
  return z.object({
    type: z.literal(type),
    timestamp: z.iso.datetime().meta({ description: "When it happened" }),
    data,
  });
}
