import * as z from "zod/mini";
import { Callback } from "./callback.ts";
import { Delivery } from "./delivery.ts";
import { Event } from "./event.ts";
import { facts, number, text, time } from "./fields.ts";
import { Step } from "./step.ts";

const Chunk = z.object({
  chunk_id: z.string(),
  position: z.number(),
  status: z.string(),
  model: text,
  prompt: text,
  progress: z.number(),
  duration: number,
  kling_video_url: text,
  error_message: text,
});
export const Scene = z.object({
  scene_id: z.string(),
  position: z.number(),
  prompt: text,
  continuity: text,
  /** What it starts from, as the job gave it and in the film's aspect ratio. */
  image_url: text,
  reframed_image_url: text,
  transition: text,
  voice_over: text,
  caption: text,
  audio_url: text,
  status: z.string(),
  video_url: text,
  thumbnail_url: text,
  last_frame_url: text,
  duration: number,
  error_message: text,
  takes: z.array(
    z.object({ take: z.number(), selected: z.boolean(), chunks: z.array(Chunk) }),
  ),
});
export type Scene = z.infer<typeof Scene>;

export const Story = z.object({
  project: z.looseObject({
    project_id: z.string(),
    video_id: z.string(),
    version: z.number(),
    user_id: z.string(),
    user_name: text,
    prompt: text,
    status: z.string(),
    paused_from: text,
    /** What an installation with approvals waits for: `storyboard`, `stills`, `budget`. */
    awaiting_approval: text,
    estimated_cost_usd: number,
    max_cost_usd: number,
    progress: z.number(),
    model: text,
    aspect_ratio: text,
    final_video_url: text,
    thumbnail_url: text,
    duration: number,
    callback_url: text,
    error_message: text,
    metadata: z.nullish(facts),
    created_at: z.string(),
    updated_at: z.string(),
    completed_at: time,
  }),
  scenes: z.array(Scene),
  steps: z.array(Step),
  callbacks: z.array(Callback),
  deliveries: z.array(Delivery),
  timeline: z.array(Event),
});
export type Story = z.infer<typeof Story>;
