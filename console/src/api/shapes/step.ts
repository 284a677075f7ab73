import * as z from "zod/mini";
import { number, text, time } from "./fields.ts";

export const Attempt = z.object({
  attempt_id: z.string(),
  number: z.number(),
  provider: text,
  status: z.string(),
  request_id: text,
  input: z.unknown(),
  output: z.unknown(),
  error_message: text,
  estimated_cost_usd: number,
  actual_cost_usd: number,
  created_at: z.string(),
  submitted_at: time,
  deadline_at: time,
  ended_at: time,
});
export type Attempt = z.infer<typeof Attempt>;

export const Step = z.object({
  step_id: z.string(),
  kind: z.string(),
  status: z.string(),
  provider: text,
  scene_id: text,
  chunk_id: text,
  due_at: time,
  error_message: text,
  created_at: z.string(),
  updated_at: z.string(),
  attempts: z.array(Attempt),
});
export type Step = z.infer<typeof Step>;
