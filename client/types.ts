/** What `POST /videos/generations/async` takes; unknown fields are kept with the film. */
export type VideoRequest = {
  model: string;
  prompt: string;
  /** Seconds. */
  duration?: number;
  /** Pixels: `1280x720`. */
  size?: string;
  image_url?: string;
  driver_video_url?: string;
  audio_url?: string;
  webhook_url?: string;
  webhook_headers?: Record<string, string>;
  webhook_events?: ("completed" | "failed" | "cancelled" | "progress")[];
  webhook_retry?: { max_attempts: number };
  user_id?: string;
  video_id?: string;
  [field: string]: unknown;
};

/** What `POST /webhook` takes: a film of several scenes. */
export type FilmRequest = {
  video_id: string;
  user_id: string;
  prompt?: string;
  scenes?: {
    prompt: string;
    duration?: number;
    image_url?: string;
    continuity?: "last_frame" | "cut" | "shared_keyframe";
    model?: string;
    [field: string]: unknown;
  }[];
  image_url?: string;
  model?: string;
  aspect_ratio?: string;
  callback_url?: string;
  events?: string[];
  webhook_headers?: Record<string, string>;
  [field: string]: unknown;
};

export type VideoTask = {
  task_id: string;
  status: "pending" | "processing" | "completed" | "failed" | "cancelled";
  progress_percentage: number;
  video_url: string | null;
  error: string | null;
};

/** Where a new task is asked for and listened to; each URL carries the token that opens it. */
export type TaskLinks = { task_id: string; status_url: string; events_url: string };

/** `duplicate`: the same request came before; this is its task. */
export type CreatedTask = VideoTask & TaskLinks & { duplicate: boolean };

export type CreatedFilm = TaskLinks & {
  /** A film's own words: `queued`, `storyboarding`, ... */
  status: string;
  duplicate: boolean;
  /** Who writes the scenes. */
  storyboard: "none" | "model" | "splitter";
  /** Null where something of it has no price. */
  estimated_cost_usd: number | null;
};

/** Something that happened to a film: `type` is `scene.completed` and the like. */
export type TaskEvent = {
  type: string;
  scene_id: string | null;
  chunk_id: string | null;
  at: string;
};

/** What is wrong with which field; `""` is the whole body. */
export type Issue = { path: string; message: string };

/** An answer that is none of success. */
export class ReelayError extends Error {
  override name = "ReelayError";

  readonly status: number;
  /** What is wrong with which field, where the status is 400. */
  readonly issues: Issue[];
  /** Seconds to wait before the next try, where the answer says so: 429. */
  readonly retryAfter: number | null;
  /** All that was answered, where it was JSON: of 402, what the film would cost. */
  readonly answer: unknown;

  constructor(status: number, message: string, { issues = [], retryAfter = null, answer = null }: {
    issues?: Issue[] | undefined;
    retryAfter?: number | null;
    answer?: unknown;
  } = {}) {
    super(message);
    this.status = status;
    this.issues = issues;
    this.retryAfter = retryAfter;
    this.answer = answer;
  }
}
