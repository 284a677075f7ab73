import type { Issue } from "../errors.ts";
import type { Model } from "../fal/model_row.ts";
import { checkDuration, DEFAULT_DURATION, resolveModel, usualSeconds } from "../fal/models.ts";
import type { JobScene } from "../transitions/projects.ts";
import type { JobSceneFields } from "./job_fields.ts";
import { followsOneTrack, notForService, notOffered } from "./plan_issues.ts";
import { splitDuration } from "./split_duration.ts";

/** A scene's clips, or why they cannot be made. */
export type ClipPlan = { clips: JobScene["chunks"] } | { issue: Issue };

/** Seconds of the longest clip that a video service is asked for by a model that we do not know. */
const LONGEST_SERVICE_CLIP = 60;

/**
 * One clip, or, where the scene is longer than its model's longest clip, several: each continues
 * the one before from its last frame, so all but the first are of the model's image endpoint.
 *
 * @param name what the job calls the model; null: the default
 * @param at says where in the job a field stands
 */
export function planClips(
  scene: JobSceneFields,
  { model, name, at, keepName }: {
    model: Model;
    name: string | null;
    at: (field: string) => string;
    /** The video service hears the sender's name for the model, and always a length. */
    keepName: boolean;
  },
): ClipPlan {
  const asked = scene.duration ?? null;
  const clipOf = (by: Model, seconds: number | null) =>
    clip(scene, keepName ? name ?? by.endpoint : by.endpoint, seconds);
  const single = checkDuration(model, asked);
  if (single.ok) {
    const seconds = asked ?? single.duration ?? (keepName ? usualSeconds(model) : null);
    return { clips: [clipOf(model, !keepName && model.durationAs === null ? null : seconds)] };
  }

  const issue = notOffered(model, at("duration"), asked ?? 0);
  if (asked === null || asked < Math.max(0, ...single.offered)) return { issue };
  // With a video service the sound is put under all of them afterwards.
  if (model.audio && scene.audio_url && !keepName) {
    return { issue: followsOneTrack(model, at("duration")) };
  }
  const next = resolveModel(name, true) ?? model;
  const lengths = splitDuration(asked, { first: model.seconds, next: next.seconds });
  if (lengths === null) return { issue };

  // Of models that are told no length, too: what is put under all clips goes by their sum.
  return { clips: lengths.map((seconds, i) => clipOf(i === 0 ? model : next, seconds)) };
}

/** A clip of a model that the video service may know, and nobody here. */
export function planServiceClip(
  scene: JobSceneFields,
  name: string,
  path: string,
): ClipPlan {
  const seconds = scene.duration ?? DEFAULT_DURATION;
  if (!Number.isInteger(seconds) || seconds > LONGEST_SERVICE_CLIP) {
    return { issue: notForService(name, path, LONGEST_SERVICE_CLIP) };
  }
  return { clips: [clip(scene, name, seconds)] };
}

function clip(
  { prompt, driver_video_url, audio_url }: JobSceneFields,
  model: string,
  duration: number | null,
): JobScene["chunks"][number] {
  return {
    model,
    prompt,
    duration,
    driver_video_url: driver_video_url ?? null,
    audio_url: audio_url ?? null,
  };
}
