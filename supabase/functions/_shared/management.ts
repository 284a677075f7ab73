import { z } from "zod";
import type { Database } from "./database.ts";
import type { JobScene } from "./transitions/projects.ts";

/*
 * One typed wrapper for each SQL function that whoever is on call reaches through webhook-manage.
 * Those that change something raise RL400, RL404 or RL409 with a sentence for people.
 */

/** What only people read: its shape is the SQL function's. */
const Facts = z.record(z.string(), z.unknown());
export type Facts = z.infer<typeof Facts>;

export function listCallbacks(
  db: Database,
  by: { source: string | null; status: string | null },
): Promise<Facts[]> {
  return db.call("list_callbacks", { p_source: by.source, p_status: by.status }, z.array(Facts));
}

const CallbackRecord = z.looseObject({
  /** Base64. */
  raw_body: z.string(),
});

/** Null for an unknown id. */
export function readCallback(
  db: Database,
  webhookLogId: string,
): Promise<z.infer<typeof CallbackRecord> | null> {
  return db.call("read_callback", { p_webhook_log_id: webhookLogId }, CallbackRecord.nullable());
}

export const Replayed = z.object({
  webhook_log_id: z.string(),
  /** The row's status before. A `success` is a duplicate, and nothing was changed. */
  was: z.enum(["success", "pending", "error"]),
  status: z.enum(["success", "pending", "error"]),
  outcome: z.enum(["applied", "duplicate", "stale", "buffered", "unknown", "error"]),
  error: z.string().nullable(),
  retry_count: z.number(),
});
export type Replayed = z.infer<typeof Replayed>;

export function replayCallback(db: Database, webhookLogId: string): Promise<Replayed> {
  return db.call("replay_callback", { p_webhook_log_id: webhookLogId }, Replayed);
}

/** Null leaves a filter out; times are ISO 8601, of arrival. */
export type ReplayFilter = {
  source: string | null;
  status: "error" | "pending";
  from: string | null;
  to: string | null;
};

const Replayable = z.object({ matched: z.number(), ids: z.array(z.string()) });
export type Replayable = z.infer<typeof Replayable>;

/** How many callbacks behind `after` fit, and the ids of the oldest `limit` of them. */
export function replayableCallbacks(
  db: Database,
  { source, status, from, to }: ReplayFilter,
  { after, limit }: { after: string | null; limit: number },
): Promise<Replayable> {
  return db.call("replayable_callbacks", {
    p_source: source,
    p_status: status,
    p_from: from,
    p_to: to,
    p_after: after,
    p_limit: limit,
  }, Replayable);
}

export function listErrors(
  db: Database,
  { type, limit }: { type: string | null; limit: number },
): Promise<Facts[]> {
  return db.call("list_errors", { p_type: type, p_limit: limit }, z.array(Facts));
}

export function readErrorStats(db: Database): Promise<Facts> {
  return db.call("read_error_stats", {}, Facts);
}

/** Over the last so many seconds. */
export function readMetrics(db: Database, seconds: number): Promise<Facts> {
  return db.call("read_metrics", { p_seconds: seconds }, Facts);
}

export const Health = z.object({
  is_healthy: z.boolean(),
  is_paused: z.boolean(),
  checks: z.record(z.string(), z.looseObject({ ok: z.boolean() })),
});
export type Health = z.infer<typeof Health>;

export function readHealth(db: Database): Promise<Health> {
  return db.call("read_health", {}, Health);
}

/** A film's story without secrets; null for an unknown id. */
export function readProject(db: Database, projectId: string): Promise<Facts | null> {
  return db.call("read_project", { p_project_id: projectId }, Facts.nullable());
}

const Scene = z.object({
  scene_id: z.string(),
  prompt: z.string().nullable(),
  /** It starts from the last frame of the scene before it. */
  is_chained: z.boolean(),
  image_url: z.string().nullable(),
  /** Its last clip ends with this image: the scene after it shares the keyframe. */
  end_image_url: z.string().nullish(),
  aspect_ratio: z.string().nullable(),
  model: z.string().nullable(),
  /** Seconds of all its clips; null where the model offers no choice. */
  duration: z.number().nullable(),
  driver_video_url: z.string().nullable(),
  audio_url: z.string().nullable(),
});
export type Scene = z.infer<typeof Scene>;

/** What a scene's clips are asked for with; null for an unknown id. */
export function readScene(db: Database, sceneId: string): Promise<Scene | null> {
  return db.call("read_scene", { p_scene_id: sceneId }, Scene.nullable());
}

export const ProjectVerb = z.enum(["cancel", "pause", "resume", "retry", "approve", "prefer"]);
export type ProjectVerb = z.infer<typeof ProjectVerb>;

/** `{project_id, was, status, requests_given_up}` */
export function changeProject(
  db: Database,
  verb: ProjectVerb,
  { projectId, reason }: { projectId: string; reason: string | null },
): Promise<Facts> {
  return db.call(`${verb}_project`, { p_project_id: projectId, p_reason: reason }, Facts);
}

/** What a scene's new take differs in. */
export type SceneChanges = {
  prompt?: string;
  image_url?: string;
  /** In place of the clips that the scene has now. */
  chunks?: JobScene["chunks"];
};

/** `{project_id, was, status, requests_given_up, take, scenes}` */
export function regenerateScene(
  db: Database,
  sceneId: string,
  changes: SceneChanges,
): Promise<Facts> {
  return db.call("regenerate_scene", { p_scene_id: sceneId, p_changes: changes }, Facts);
}

export function selectTake(db: Database, sceneId: string, take: number): Promise<Facts> {
  return db.call("select_take", { p_scene_id: sceneId, p_take: take }, Facts);
}

export function redriveDelivery(db: Database, deliveryId: string): Promise<Facts> {
  return db.call("redrive_delivery", { p_delivery_id: deliveryId }, Facts);
}

/** `{redriven, remaining}` */
export function redriveDeliveries(
  db: Database,
  { from, to, limit }: { from: string | null; to: string | null; limit: number },
): Promise<Facts> {
  return db.call("redrive_deliveries", { p_from: from, p_to: to, p_limit: limit }, Facts);
}

export function redriveStep(db: Database, stepId: string): Promise<Facts> {
  return db.call("redrive_step", { p_step_id: stepId }, Facts);
}

export function listProviders(db: Database): Promise<Facts[]> {
  return db.call("list_providers", {}, z.array(Facts));
}

export type ProviderChanges = {
  is_paused?: boolean;
  /** Null: no limit. */
  max_in_flight?: number | null;
  max_in_flight_per_user?: number | null;
  /** Lets go of a provider that is held after failures, or for its Retry-After. */
  is_held?: false;
};

/** @param name `*` is the switch that pauses everything */
export function setProvider(db: Database, name: string, changes: ProviderChanges): Promise<Facts> {
  return db.call("set_provider", { p_name: name, p_changes: changes }, Facts);
}

/** What `deleteUserData` would delete; changes nothing. */
export function previewUserData(db: Database, userId: string): Promise<Facts> {
  return db.call("preview_user_data", { p_user_id: userId }, Facts);
}

const DeletedUser = z.looseObject({
  /** False: requests at providers are being given up, or there is more; to be called again. */
  done: z.boolean(),
  bucket: z.string(),
  /** Files that are the caller's to remove: they are in no table any more. */
  paths: z.array(z.string()),
});

/** Cancels and deletes a user's films, and all that was recorded about them. */
export function deleteUserData(db: Database, userId: string): Promise<z.infer<typeof DeletedUser>> {
  return db.call("delete_user_data", { p_user_id: userId }, DeletedUser);
}

/** `{model, fallback, takes_end_frame, updated_at}` */
export function listModelFallbacks(db: Database): Promise<Facts[]> {
  return db.call("list_model_fallbacks", {}, z.array(Facts));
}

/**
 * @param fallback null: the model has none any more
 * @param takesEndFrame it can also make a clip that ends with a shared keyframe
 */
export function putModelFallback(
  db: Database,
  model: string,
  fallback: string | null,
  takesEndFrame: boolean,
): Promise<Facts> {
  return db.call(
    "put_model_fallback",
    { p_model: model, p_fallback: fallback, p_takes_end_frame: takesEndFrame },
    Facts,
  );
}
