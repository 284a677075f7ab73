import * as z from "zod/mini";
import { next, number, text, time } from "./fields.ts";

export const Card = z.object({
  project_id: z.string(),
  video_id: z.string(),
  version: z.number(),
  user_id: z.string(),
  user_name: text,
  prompt: text,
  status: z.string(),
  paused_from: text,
  awaiting_approval: text,
  progress: z.number(),
  final_video_url: text,
  duration: number,
  error_message: text,
  created_at: z.string(),
  updated_at: z.string(),
  completed_at: time,
  poster_url: text,
  scenes: z.array(
    z.object({ position: z.number(), status: z.string(), prompt: text, progress: z.number() }),
  ),
  usd: z.number(),
});
export type Card = z.infer<typeof Card>;

export const CardPage = z.object({ docs: z.array(Card), next });
export type CardPage = z.infer<typeof CardPage>;

export const Overview = z.object({
  is_paused: z.boolean(),
  by_status: z.record(z.string(), z.number()),
  spent_today_usd: z.number(),
  budget_left_usd: number,
  failed_callbacks: z.number(),
  buffered_callbacks: z.number(),
  dead_deliveries: z.number(),
  errors_last_hour: z.number(),
});
export type Overview = z.infer<typeof Overview>;

export const Board = z.object({ overview: Overview, columns: z.record(z.string(), CardPage) });
export type Board = z.infer<typeof Board>;
