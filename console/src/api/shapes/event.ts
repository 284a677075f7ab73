import * as z from "zod/mini";
import { facts, text } from "./fields.ts";

export const Event = z.object({
  type: z.string(),
  scene_id: text,
  chunk_id: text,
  data: facts,
  at: z.string(),
});
export type Event = z.infer<typeof Event>;
