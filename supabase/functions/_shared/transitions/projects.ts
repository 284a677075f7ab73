import { z } from "zod";
import type { Database } from "../database.ts";

export type JobScene = {
  prompt: string;
  image_url: string | null;
  continuity: "last_frame" | "cut";
  metadata: Record<string, unknown>;
  chunks: {
    model: string;
    prompt: string;
    /** Seconds; null where the model offers no choice. */
    duration: number | null;
    driver_video_url: string | null;
    audio_url: string | null;
  }[];
};

/**
 * A parsed job. `request` is the sender's JSON as it came, as text where digits beyond a double's
 * have to stay: its digest tells equal bodies.
 */
export type Job = {
  via: "webhook" | "videos";
  video_id: string;
  user_id: string;
  chat_id: string | null;
  user_email: string | null;
  user_name: string | null;
  source: string | null;
  prompt: string | null;
  image_url: string | null;
  model: string | null;
  aspect_ratio: string | null;
  is_revision: boolean;
  callback_url: string | null;
  events: string[] | null;
  webhook_headers: Record<string, string> | null;
  idempotency_key: string | null;
  execution_mode: string | null;
  metadata: Record<string, unknown>;
  /** The installation has a notification service, which is to hear of the end. */
  notify?: boolean;
  scenes: JobScene[];
  request: Record<string, unknown> | string;
};

const CreatedProject = z.object({
  outcome: z.enum(["created", "duplicate", "conflict"]),
  project_id: z.string(),
  status: z.string(),
  /** Lets its bearer read this task; goes into `status_url`. */
  task_token: z.string(),
});
export type CreatedProject = z.infer<typeof CreatedProject>;

export function createProject(db: Database, job: Job): Promise<CreatedProject> {
  return db.call("create_project", { p_job: job }, CreatedProject);
}

export const Task = z.object({
  task_id: z.string(),
  status: z.string(),
  progress: z.number(),
  scenes: z.array(z.object({
    scene_id: z.string(),
    position: z.number(),
    status: z.string(),
    video_url: z.string().nullable(),
  })),
  final_video_url: z.string().nullable(),
  error: z.string().nullable(),
});
export type Task = z.infer<typeof Task>;

/** Null for an unknown id and for a wrong token alike. `trusted`: the sender showed credentials. */
export function readTask(
  db: Database,
  taskId: string,
  by: { token: string | null; trusted: boolean },
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
