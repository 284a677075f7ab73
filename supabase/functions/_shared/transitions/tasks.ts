import * as z from "zod";
import type { Database } from "../database.ts";
import type { Reader } from "./videos.ts";

export const Task = z.object({
  task_id: z.string(),
  status: z.string(),
  progress: z.number(),
  scenes: z.array(z.object({
    scene_id: z.string(),
    position: z.number(),
    status: z.string(),
    video_url: z.string().nullable(),
    prompt: z.string().nullish(),
    continuity: z.string().nullish(),
    /** What is spoken over it. */
    voice_over: z.string().nullish(),
    /** What it starts from, where it does not continue another. */
    image_url: z.string().nullish(),
    input_hash: z.string().nullish(),
  })),
  final_video_url: z.string().nullable(),
  /** Only of a film that has captions. */
  captions: z.object({ srt_url: z.string(), vtt_url: z.string() }).optional(),
  error: z.string().nullable(),
  version: z.number().optional(),
  execution_mode: z.string().nullish(),
  /** `{by, title, scenes, repairs, fell_back}`; null where the job had scenes. */
  storyboard: z.record(z.string(), z.unknown()).nullish(),
  awaiting_approval: z.enum(["storyboard", "stills", "budget"]).nullish(),
  estimated_cost_usd: z.number().nullish(),
  max_cost_usd: z.number().nullish(),
  cost_usd: z.number().optional(),
});
export type Task = z.infer<typeof Task>;

/** Null for an unknown id and for a wrong token alike. */
export function readTask(
  db: Database,
  taskId: string,
  by: Reader,
): Promise<Task | null> {
  return db.call(
    "read_task",
    { p_project_id: taskId, p_token: by.token, p_trusted: by.trusted },
    Task.nullable(),
  );
}

export const Stats = z.looseObject({
  by_status: z.record(z.string(), z.number()),
  last_24h: z.number(),
});
export type Stats = z.infer<typeof Stats>;

export function readStats(db: Database): Promise<Stats> {
  return db.call("read_stats", {}, Stats);
}

const Versions = z.looseObject({ video_id: z.string(), versions: z.array(z.looseObject({})) });
type Versions = z.infer<typeof Versions>;

/** Every film of the task's video, with scenes and takes; null as for `readTask`. */
export function readVersions(
  db: Database,
  taskId: string,
  by: Reader,
): Promise<Versions | null> {
  return db.call(
    "read_versions",
    { p_project_id: taskId, p_token: by.token, p_trusted: by.trusted },
    Versions.nullable(),
  );
}

const Approved = z.looseObject({ project_id: z.string(), status: z.string() });

/** Makes a completed film the preferred version of its video. Raises RL404 and RL409. */
export function preferProject(db: Database, taskId: string): Promise<z.infer<typeof Approved>> {
  return db.call("prefer_project", { p_project_id: taskId }, Approved);
}

/** Lets a film that awaits an approval go on. Raises RL404 and RL409 with a sentence for people. */
export function approveProject(
  db: Database,
  taskId: string,
  by: { stage: string | null; reason: string | null },
): Promise<z.infer<typeof Approved>> {
  return db.call(
    "approve_project",
    { p_project_id: taskId, p_reason: by.reason, p_stage: by.stage },
    Approved,
  );
}
