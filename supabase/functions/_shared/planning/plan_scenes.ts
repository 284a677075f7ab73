import { eachOnce, type Issue } from "../errors.ts";
import type { Model } from "../fal/model_row.ts";
import { resolveModel } from "../fal/models.ts";
import type { JobScene } from "../transitions/projects.ts";
import { REFRAMED_RATIOS } from "../reframing/look_at_image.ts";
import { type JobFields, type JobSceneFields, sceneMetadata } from "./job_fields.ts";
import { planClips, planServiceClip } from "./plan_clips.ts";
import { sceneFinish } from "./scene_finish.ts";
import { checkEndFrames, checkSeams, endsShared, planSeam, withEndFrame } from "./plan_seams.ts";
import {
  cannotAsk,
  checkRatio,
  noDriver,
  noImage,
  takesNoDriver,
  unknownModel,
} from "./plan_issues.ts";

/** A job's scenes with their clips, or why its models cannot make them. */
export type Plan = { scenes: JobScene[] } | { issues: Issue[] };

/** A video service is set: it may know models that fal does not have. */
export type Planning = { hasVideoService?: boolean };

/**
 * Turns a job into scenes with their clips. A job without `scenes` is one scene.
 *
 * The first scene and every `cut` start from an image of their own, else the job's; a scene that
 * continues another starts from that one's last frame.
 */
export function planScenes(job: JobFields, { hasVideoService = false }: Planning = {}): Plan {
  if (job.model && !hasVideoService && resolveModel(job.model, true) === null) {
    return { issues: [unknownModel(job.model, "model")] };
  }
  const planned = job.scenes
    ? job.scenes.map((scene, i) => planScene(job, scene, { index: i, hasVideoService }))
    : [planScene(job, { prompt: job.prompt ?? "" }, { index: null, hasVideoService })];

  const scenes = planned.flatMap((scene) => "issues" in scene ? [] : [scene]);
  const issues = planned.flatMap((scene) => "issues" in scene ? scene.issues : []);
  issues.push(...checkSeams(job));
  if (issues.length === 0) issues.push(...checkEndFrames(scenes, hasVideoService));
  return issues.length > 0 ? { issues: eachOnce(issues) } : { scenes };
}

/** @param index null for the scene that a job without `scenes` is. */
function planScene(
  job: JobFields,
  scene: JobSceneFields,
  { index, hasVideoService }: { index: number | null; hasVideoService: boolean },
): JobScene | { issues: Issue[] } {
  const at = (field: string) => index === null ? field : `scenes.${index}.${field}`;
  const { continuity, image, reanchored } = planSeam(job, scene, index);
  const chained = (index ?? 0) > 0 && continuity === "last_frame";

  const name = scene.model ?? job.model ?? null;
  const resolved = resolveModel(name, chained || image !== null);
  const model = resolved && withEndFrame(resolved, endsShared(job, index));
  if (model === null && !hasVideoService) return { issues: [unknownModel(name, at("model"))] };

  // Without a name there is a default, which everybody knows.
  const plan = model === null
    ? planServiceClip(scene, name ?? "", at("duration"))
    : planClips(scene, { model, name, at, keepName: hasVideoService });
  const issues = [
    ...(model === null ? [] : checkModel(model, { job, scene, at, hasImage: chained || !!image })),
    ...("issue" in plan ? [plan.issue] : []),
  ];
  if (issues.length > 0 || "issue" in plan) return { issues };

  return {
    prompt: scene.prompt,
    image_url: image,
    continuity,
    ...reanchored && { reanchored },
    ...sceneFinish(job, scene, { takesAudio: model?.audio !== null && !hasVideoService }),
    metadata: sceneMetadata(scene),
    ...reframing(job, chained ? null : image),
    chunks: plan.clips,
  };
}

/** The ratio that a scene's own image has to have first; one that nobody makes is left alone. */
function reframing({ aspect_ratio: ratio }: JobFields, image: string | null) {
  return ratio && image !== null && REFRAMED_RATIOS.has(ratio) ? { reframe_to: ratio } : {};
}

function checkModel(
  model: Model,
  { job, scene: { driver_video_url: driver }, at, hasImage }: {
    job: JobFields;
    scene: JobSceneFields;
    at: (field: string) => string;
    hasImage: boolean;
  },
): Issue[] {
  return [
    ...(model.unmet.length > 0 ? [cannotAsk(model, at("model"))] : []),
    ...(model.needsImage && !hasImage ? [noImage(model, at("image_url"))] : []),
    ...(model.driver && !driver ? [noDriver(model, at("driver_video_url"))] : []),
    ...(driver && !model.driver ? [takesNoDriver(model, at("driver_video_url"))] : []),
    ...checkRatio(model, job.aspect_ratio ?? null),
  ];
}
