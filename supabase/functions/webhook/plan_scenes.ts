import type { Issue } from "../_shared/errors.ts";
import type { Model } from "../_shared/fal/model_row.ts";
import { checkDuration, resolveModel } from "../_shared/fal/models.ts";
import type { JobScene } from "../_shared/transitions.ts";
import { type JobFields, type JobSceneFields, sceneMetadata } from "./job_fields.ts";

/** A job's scenes with their clips, or why its models cannot make them. */
export type Plan = { scenes: JobScene[] } | { issues: Issue[] };

/**
 * Turns a job into scenes of one clip each. A job without `scenes` is one scene.
 *
 * The first scene and every `cut` start from an image of their own, else the job's; a scene that
 * continues another starts from that one's last frame.
 */
export function planScenes(job: JobFields): Plan {
  if (job.model && resolveModel(job.model, true) === null) {
    return { issues: [unknownModel(job.model, "model")] };
  }
  const planned = job.scenes
    ? job.scenes.map((scene, i) => planScene(job, scene, i))
    : [planScene(job, { prompt: job.prompt ?? "" }, null)];

  const issues = planned.flatMap((scene) => "issues" in scene ? scene.issues : []);
  if (issues.length > 0) return { issues: unique(issues) };
  return { scenes: planned.flatMap((scene) => "issues" in scene ? [] : [scene]) };
}

/** @param index null for the scene that a job without `scenes` is. */
function planScene(
  job: JobFields,
  scene: JobSceneFields,
  index: number | null,
): JobScene | { issues: Issue[] } {
  const at = (field: string) => index === null ? field : `scenes.${index}.${field}`;
  const continuity = scene.continuity ?? "last_frame";
  const chained = (index ?? 0) > 0 && continuity === "last_frame";
  const image = scene.image_url ?? (chained ? null : job.image_url ?? null);

  const name = scene.model ?? job.model ?? null;
  const model = resolveModel(name, chained || image !== null);
  if (model === null) return { issues: [unknownModel(name, at("model"))] };

  const duration = checkDuration(model, scene.duration ?? null);
  const issues = [
    ...(model.unmet.length > 0 ? [cannotAsk(model, at("model"))] : []),
    ...(model.needsImage && !chained && image === null ? [noImage(model, at("image_url"))] : []),
    ...(model.driver && !scene.driver_video_url ? [noDriver(model, at("driver_video_url"))] : []),
    ...(duration.ok ? [] : [notOffered(model, at("duration"), duration.offered)]),
    ...checkRatio(model, job.aspect_ratio ?? null),
  ];
  if (issues.length > 0 || !duration.ok) return { issues };

  return {
    prompt: scene.prompt,
    image_url: image,
    continuity,
    metadata: sceneMetadata(scene),
    chunks: [{
      model: model.endpoint,
      prompt: scene.prompt,
      duration: duration.duration,
      driver_video_url: scene.driver_video_url ?? null,
      audio_url: scene.audio_url ?? null,
    }],
  };
}

function unknownModel(name: string | null, path: string): Issue {
  return { path, message: `Unknown model "${name}"` };
}

function cannotAsk({ endpoint, unmet }: Model, path: string): Issue {
  return { path, message: `${endpoint} requires ${unmet.join(", ")}, which a job cannot say` };
}

function noImage({ endpoint }: Model, path: string): Issue {
  return { path, message: `Required: ${endpoint} starts from an image` };
}

function noDriver({ endpoint }: Model, path: string): Issue {
  return { path, message: `Required: ${endpoint} follows a driver video` };
}

function notOffered(
  { endpoint, driver }: Model,
  path: string,
  offered: readonly number[],
): Issue {
  if (offered.length > 0) {
    return { path, message: `${endpoint} offers ${offered.join(", ")} seconds` };
  }
  const why = driver === null ? "" : ": its clip is as long as the driver video";
  return { path, message: `${endpoint} takes no duration${why}` };
}

function checkRatio({ endpoint, aspectRatios }: Model, ratio: string | null): Issue[] {
  if (ratio === null || aspectRatios === null || aspectRatios.includes(ratio)) return [];
  const message = `${endpoint} offers ${aspectRatios.join(", ")}`;
  return [{ path: "aspect_ratio", message }];
}

/** Scenes that share a job's field share what is wrong with it. */
function unique(issues: readonly Issue[]): Issue[] {
  return issues.filter(({ path, message }, i) =>
    i === issues.findIndex((other) => other.path === path && other.message === message)
  );
}
