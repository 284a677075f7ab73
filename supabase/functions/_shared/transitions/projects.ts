import { z } from "zod";
import type { Database } from "../database.ts";

/** How a scene begins; `shared_keyframe`: with its image, which the clip before it ends with. */
export type Continuity = "last_frame" | "cut" | "shared_keyframe";

/** How a film is finished, as the door settled it. What is absent was not asked for. */
export type FilmOptions = {
  /** fal's endpoint for voices, and the voice in its words. */
  speech_model?: string;
  voice?: string;
  music?: {
    url?: string;
    prompt?: string;
    /** fal's endpoint for music. */
    model?: string;
    /** 1: as loud as its file. */
    volume: number;
    /** The music steps back while the film is heard. */
    ducking: boolean;
    /** LUFS that it is brought to beforehand, where nobody can set a volume in mixing. */
    loudness?: number;
  };
  captions?: "files" | "burn";
  /** Last frames are looked at before they are handed over. */
  check_frames?: boolean;
  fps?: number;
  width?: number;
  height?: number;
};

export type JobScene = {
  prompt: string;
  image_url: string | null;
  continuity: Continuity;
  /** Goes under the scene's clip; null where there is none, or the model takes it itself. */
  audio_url?: string | null;
  /** Text to be spoken. */
  voice_over?: string | null;
  /** Null: the text that is spoken, else the prompt. Empty: none. */
  caption?: string | null;
  transition?: "cut" | "fade";
  reanchored?: boolean;
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
  film_options?: FilmOptions;
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

const Task = z.object({
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
  /** Only of a film that has captions. */
  captions: z.object({ srt_url: z.string(), vtt_url: z.string() }).optional(),
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

const Stats = z.looseObject({
  by_status: z.record(z.string(), z.number()),
  last_24h: z.number(),
});
export type Stats = z.infer<typeof Stats>;

export function readStats(db: Database): Promise<Stats> {
  return db.call("read_stats", {}, Stats);
}
