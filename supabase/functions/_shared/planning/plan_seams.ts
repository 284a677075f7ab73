import type { Issue } from "../errors.ts";
import type { Model } from "../fal/model_row.ts";
import { resolveModel } from "../fal/models.ts";
import type { Continuity, JobScene } from "../transitions/projects.ts";
import type { JobFields, JobSceneFields } from "./job_fields.ts";

/** How a scene begins, and with which image; null: with what the scene before hands over, or none. */
export type Seam = { continuity: Continuity; image: string | null; reanchored: boolean };

/**
 * Every `reanchor_every` scenes a chain begins anew from the job's image, so that what each last
 * frame loses does not add up. A scene that says its continuity keeps it.
 *
 * @param index of the scene from 0; null for the scene that a job without `scenes` is.
 */
export function planSeam(job: JobFields, scene: JobSceneFields, index: number | null): Seam {
  const at = index ?? 0;
  const { reanchor_every: every } = job;
  const reanchored = !!every && at > 0 && at % every === 0 && !scene.continuity &&
    !!job.image_url;
  const continuity = reanchored ? "cut" : scene.continuity ?? "last_frame";
  const chained = at > 0 && continuity === "last_frame";
  const image = scene.image_url ?? (chained ? null : job.image_url ?? null);
  return { continuity, image, reanchored };
}

/** True when the clip before this scene has to end with the scene's image. */
export function endsShared({ scenes }: JobFields, index: number | null): boolean {
  return scenes?.[(index ?? 0) + 1]?.continuity === "shared_keyframe";
}

/** A model may require an end frame, which only a shared keyframe gives it. */
export function withEndFrame(model: Model, isGiven: boolean): Model {
  if (!isGiven || model.endFrame === null) return model;
  return { ...model, unmet: model.unmet.filter((parameter) => parameter !== model.endFrame) };
}

/** What is wrong with a job's shared keyframes and anchors, before anything is planned. */
export function checkSeams(job: JobFields): Issue[] {
  const issues: Issue[] = [];
  if (job.reanchor_every && !job.image_url) {
    issues.push({ path: "reanchor_every", message: "Needs image_url to return to" });
  }
  for (const [i, scene] of (job.scenes ?? []).entries()) {
    if (scene.continuity !== "shared_keyframe") continue;
    if (i === 0) {
      const message = "The first scene shares no keyframe: no clip ends before it";
      issues.push({ path: "scenes.0.continuity", message });
    } else if (!scene.image_url && !job.image_url) {
      issues.push({ path: `scenes.${i}.image_url`, message: "Required: the shared keyframe" });
    }
  }
  return issues;
}

/**
 * The clip before a shared keyframe has to be of a model that takes an end frame, if we know it. A
 * video service chooses the endpoint of a name by itself; fal is asked for the very one that stands there.
 */
export function checkEndFrames(scenes: readonly JobScene[], hasVideoService: boolean): Issue[] {
  return scenes.flatMap(({ continuity }, i) => {
    const before = scenes[i - 1]?.chunks ?? [];
    const last = before.at(-1);
    if (continuity !== "shared_keyframe" || last === undefined) return [];

    const path = `scenes.${i}.continuity`;
    const models = before.map(({ model }) => resolveModel(model, hasVideoService));
    const model = models.at(-1);
    if (model && model.endFrame === null) {
      return [{ path, message: `${last.model} takes no end frame: scene ${i} cannot end with it` }];
    }
    const openEnd = models.slice(0, -1).some((one) => one && isUnmetWithout(one));
    return openEnd
      ? [{ path, message: `${last.model} takes one clip only with an end frame` }]
      : [];
  });
}

function isUnmetWithout({ unmet, endFrame }: Model): boolean {
  return endFrame !== null && unmet.includes(endFrame);
}
