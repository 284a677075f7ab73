import { z } from "zod";
import type { Database } from "./database.ts";

/*
 * One typed wrapper for each SQL function that a door or the runner calls. The SQL file of the same
 * name under supabase/schemas/ is the authority; tests/contract/ holds both against each other.
 */

/** The piece of work that a step asks for. `cancel_request` tells a provider that we gave up. */
export const StepKind = z.enum([
  "generate_clip",
  "extract_last_frame",
  "extract_thumbnail",
  "stitch",
  "store_film",
  "cancel_request",
]);
export type StepKind = z.infer<typeof StepKind>;

export type Provider = "fal" | "video" | "lastframe" | "stitch" | "storage";

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

/** What a provider made, in our words, whichever provider it was. URLs are the provider's own. */
export type Output = {
  video_url?: string;
  image_url?: string;
  thumbnail_url?: string;
  images?: { url: string; width: number | null; height: number | null }[];
  /** Seconds. */
  duration?: number;
  fps?: number;
  width?: number;
  height?: number;
  quality_score?: number;
  /** US dollars, where the provider says what it took for it. */
  cost_usd?: number;
};

/** Why a provider did not make it. `retryable`: the same request may pass another time. */
export type Failure = {
  message: string;
  retryable: boolean;
  /** Seconds that the provider asked us to wait. */
  retry_after?: number;
};

/** What a callback says, in our words. */
export type CallbackResult = {
  /** `unread`: done, but the result has to be fetched from the provider. */
  state: "completed" | "failed" | "cancelled" | "in_progress" | "unread";
  request_id: string | null;
  scene_id: string | null;
  project_id: string | null;
  /** The sender's job ids are its own: what the project's stitching waits for is meant. */
  by_project?: boolean;
  output: Output;
  error: Failure | null;
  /** 0..100, with `in_progress`. */
  progress: number | null;
  metadata: Record<string, unknown>;
};

export type Callback = {
  source: string;
  /** The id that the sender signed (`webhook-id`); null: the body's digest stands in. */
  delivery_id: string | null;
  /** The attempt's token from the callback URL. */
  token: string | null;
  /** `generation.completed`, `task.failed`, `extraction.completed`, `stitch.completed`, ... */
  type: string;
  /** Curated: no credential, no signature. */
  headers: Record<string, string>;
  /** The bytes as they came, base64. */
  raw_body: string;
  /** Null where jsonb cannot hold it. */
  data: unknown;
  /** Set when the body is malformed: what is wrong with it. `result` is null then. */
  malformed: string | null;
  result: CallbackResult | null;
};

export const ReceivedCallback = z.object({
  outcome: z.enum(["applied", "duplicate", "stale", "buffered", "unknown", "malformed", "error"]),
  webhook_log_id: z.string(),
  chunk_updated: z.boolean(),
  scene_updated: z.boolean(),
  last_frame_triggered: z.boolean(),
  next_scene_triggered: z.boolean(),
  project_updated: z.boolean(),
  user_notified: z.boolean(),
  final_video_url: z.string().nullable(),
});
export type ReceivedCallback = z.infer<typeof ReceivedCallback>;

/** Records a verified callback and applies it. Outcome `error`: recorded, to be answered with 500. */
export function receiveCallback(db: Database, callback: Callback): Promise<ReceivedCallback> {
  return db.call("receive_callback", { p_callback: callback }, ReceivedCallback);
}

/**
 * Has fal asked about a request at once; true where it would not have been asked already.
 *
 * @param token the attempt's, from the callback URL
 */
export function hintAttempt(
  db: Database,
  requestId: string,
  { token }: { token: string | null },
): Promise<boolean> {
  return db.call("hint_attempt", { p_token: token, p_request_id: requestId }, z.boolean());
}

export const Attempt = z.object({
  attempt_id: z.string(),
  /** Goes into the callback URL as `?token=`. */
  attempt_token: z.string(),
  number: z.number(),
  provider: z.string(),
  input: z.record(z.string(), z.unknown()),
  request_id: z.string().nullable(),
  status_url: z.string().nullable(),
  response_url: z.string().nullable(),
  cancel_url: z.string().nullable(),
  /** ISO 8601. */
  created_at: z.string(),
});
export type Attempt = z.infer<typeof Attempt>;

export const StepWork = z.object({
  kind: z.literal("step"),
  step_id: z.string(),
  step: StepKind,
  /**
   * start: call the provider. ask: it accepted and is silent, ask for the result.
   * lookup: its answer to our call was lost, find out whether it accepted; never call again.
   */
  mode: z.enum(["start", "ask", "lookup"]),
  claim_token: z.string(),
  project_id: z.string(),
  attempt: Attempt,
});
export type StepWork = z.infer<typeof StepWork>;

export const DeliveryWork = z.object({
  kind: z.literal("delivery"),
  delivery_id: z.string(),
  claim_token: z.string(),
  /**
   * Null: to a film's callback_url. `notification`: to the installation's own service, whose URL only
   * the runner knows. `source:<name>`: what a custom source sent, passed on.
   */
  endpoint_id: z.string().nullable(),
  url: z.string(),
  /** The `webhook-id`, the same in every try. */
  webhook_id: z.string(),
  /** The exact bytes to sign and send. */
  body: z.string(),
  headers: z.record(z.string(), z.string()),
  number: z.number(),
});
export type DeliveryWork = z.infer<typeof DeliveryWork>;

const ClaimedWork = z.object({
  work: z.array(z.discriminatedUnion("kind", [StepWork, DeliveryWork])),
  /** The database's bell seems not to reach us: stay on watch for what becomes due. */
  deaf: z.boolean(),
  /** ISO 8601; when the next piece of work becomes due, null when none is open. */
  next_due_at: z.string().nullable(),
});
export type ClaimedWork = z.infer<typeof ClaimedWork>;

/** Leases up to `limit` due pieces of work. `answersBell`: this call answers a ring. */
export function claimWork(
  db: Database,
  by: {
    limit: number;
    providers: Partial<Record<StepKind, Provider>>;
    /** Films that a stitch service has stored are copied into our own Storage as well. */
    storesAllFilms?: boolean;
    answersBell: boolean;
  },
): Promise<ClaimedWork> {
  return db.call("claim_work", {
    p_limit: by.limit,
    p_providers: by.storesAllFilms ? { ...by.providers, store_films: "always" } : by.providers,
    p_answers_bell: by.answersBell,
  }, ClaimedWork);
}

const Verdict = z.enum(["applied", "stale"]);
export type Verdict = z.infer<typeof Verdict>;

export type Submission = {
  request_id: string;
  status_url: string | null;
  response_url: string | null;
  cancel_url: string | null;
};

/** The provider accepted. From here on its callback, or our asking, moves the step on. */
export function recordSubmission(
  db: Database,
  work: StepWork,
  submission: Submission,
): Promise<Verdict> {
  return db.call("record_submission", {
    p_step_id: work.step_id,
    p_claim_token: work.claim_token,
    p_attempt_id: work.attempt.attempt_id,
    p_submission: submission,
  }, Verdict);
}

/** What became of an attempt, as learnt by calling or asking. */
export type Answer =
  | { state: "completed"; output: Output }
  | { state: "failed"; error: Failure }
  | { state: "cancelled" }
  | { state: "in_progress"; progress?: number }
  /** The call went out and no usable answer came back: the provider may or may not have accepted. */
  | { state: "lost"; message: string }
  /** Asking failed; nothing was learnt. */
  | { state: "unreachable"; message: string };

export function recordAnswer(db: Database, work: StepWork, answer: Answer): Promise<Verdict> {
  return db.call("record_answer", {
    p_step_id: work.step_id,
    p_claim_token: work.claim_token,
    p_attempt_id: work.attempt.attempt_id,
    p_answer: answer,
  }, Verdict);
}

export type DeliveryResult = {
  /** Null: no answer. */
  status_code: number | null;
  error: string | null;
  duration_ms: number;
  /** The first kilobytes of the answer. */
  response_excerpt: string | null;
  /** Seconds. */
  retry_after: number | null;
};

export function recordDelivery(
  db: Database,
  work: DeliveryWork,
  result: DeliveryResult,
): Promise<Verdict> {
  return db.call("record_delivery", {
    p_delivery_id: work.delivery_id,
    p_claim_token: work.claim_token,
    p_result: result,
  }, Verdict);
}

/** Rings for a successor when a runner stops with work left. */
export function ringBell(db: Database): Promise<boolean> {
  return db.call("ring_bell", {}, z.boolean());
}

/** True when the last ring has had no answer for some seconds: pg_net is not delivering. */
export function isBellDeaf(db: Database): Promise<boolean> {
  return db.call("is_bell_deaf", {}, z.boolean());
}
