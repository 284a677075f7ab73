import * as z from "zod";
import type { Database } from "../database.ts";
import type { JobScene } from "../transitions/projects.ts";
import { Facts, Page, type PageBounds } from "./facts.ts";

/*
 * Films, scenes and steps as whoever is on call reads and changes them. What changes something
 * raises RL400, RL404 or RL409 with a sentence for people.
 */

export function listProjects(
  db: Database,
  filter: { statuses?: string[]; user_id?: string; search?: string },
  { before, limit }: PageBounds,
): Promise<Page> {
  return db.call("list_projects", { p_filter: filter, p_before: before, p_limit: limit }, Page);
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
  /** The aspect ratio that the image has to have first. */
  reframe_to?: string;
  /** The scene's sound track, where a model followed it and the new one does not: it goes under its clips. */
  audio_url?: string;
  /** In place of the clips that the scene has now. */
  chunks?: JobScene["chunks"];
  /** By which the same request is known again, where its answer was lost. */
  asked?: { idempotency_key: string } & Record<string, unknown>;
};

/** `{project_id, was, status, requests_given_up, take, scenes}`, and `duplicate` of a take that is asked for again. */
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

export function redriveStep(db: Database, stepId: string): Promise<Facts> {
  return db.call("redrive_step", { p_step_id: stepId }, Facts);
}
