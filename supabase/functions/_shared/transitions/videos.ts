import * as z from "zod";
import type { Database } from "../database.ts";

/** A task as the door videos shows it. */
export const VideoTask = z.object({
  task_id: z.string(),
  status: z.enum(["pending", "processing", "completed", "failed", "cancelled"]),
  progress_percentage: z.number(),
  video_url: z.string().nullable(),
  error: z.string().nullable(),
});
export type VideoTask = z.infer<typeof VideoTask>;

const VideoEvents = z.object({
  task: VideoTask,
  events: z.array(z.object({
    event_id: z.number(),
    type: z.string(),
    scene_id: z.string().nullable(),
    chunk_id: z.string().nullable(),
    at: z.string(),
  })),
});
export type VideoEvents = z.infer<typeof VideoEvents>;

/** Who asks: the token of `status_url`, or a sender who showed credentials. */
export type Reader = { token: string | null; trusted: boolean };

/** Events of one answer; more follow in the next. */
export const MOST_EVENTS = 100;

/** Null for an unknown id and for a wrong token alike. */
export function readVideoTask(
  db: Database,
  taskId: string,
  by: Reader,
): Promise<VideoTask | null> {
  return db.call(
    "read_video_task",
    { p_project_id: taskId, p_token: by.token, p_trusted: by.trusted },
    VideoTask.nullable(),
  );
}

/** Where the task stands, and what happened after an event (0: all of it); null as above. */
export function readVideoEvents(
  db: Database,
  taskId: string,
  { after, token, trusted }: Reader & { after: number },
): Promise<VideoEvents | null> {
  return db.call("read_video_events", {
    p_project_id: taskId,
    p_token: token,
    p_trusted: trusted,
    p_after: after,
    p_limit: MOST_EVENTS,
  }, VideoEvents.nullable());
}

/** @throws {DatabaseError} RL404 where there is no such task, RL409 where it has ended */
export function cancelVideoTask(db: Database, taskId: string): Promise<VideoTask> {
  return db.call("cancel_video_task", { p_project_id: taskId }, VideoTask);
}

/** What clients may call a model, and what it is here. */
export function readModelAliases(db: Database): Promise<Record<string, string>> {
  return db.call("read_model_aliases", {}, z.record(z.string(), z.string()));
}
