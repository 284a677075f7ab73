import * as z from "zod";
import type { Issue } from "../_shared/errors.ts";
import type { Scene, SceneChanges } from "../_shared/management/films.ts";
import { FileUrl } from "../_shared/planning/file_url.ts";
import { type Planning, planScenes } from "../_shared/planning/plan_scenes.ts";

/** What may differ in a new take; whatever is absent stays as it is. */
export const TakeFields = z.object({
  prompt: z.string().max(20_000).refine((text) => text.trim() !== "", "Must not be empty")
    .nullish(),
  image_url: FileUrl.nullish(),
  model: z.string().min(1).max(255).nullish(),
  duration: z.number().positive().max(3600).nullish(),
});
export type TakeFields = z.infer<typeof TakeFields>;

/** Stands for the frame that a chained scene will start from. */
const FRAME = "https://frame.invalid/";

/**
 * Checks a new take by the rules of a new job: the model is known and can make it. A scene keeps
 * its model and duration, unless they are what is asked to differ.
 */
export function planTake(
  { prompt, image_url, model, duration }: TakeFields,
  scene: Scene,
  planning: Planning = {},
): { changes: SceneChanges } | { issues: Issue[] } {
  if (image_url && scene.is_chained) {
    const message = "The scene starts from the last frame of the one before it";
    return { issues: [{ path: "image_url", message }] };
  }
  const changes: SceneChanges = { ...(prompt && { prompt }), ...(image_url && { image_url }) };
  if (!image_url && !model && !duration) return { changes };

  const plan = planScenes({
    video_id: "",
    user_id: "",
    aspect_ratio: scene.aspect_ratio,
    scenes: [{
      prompt: prompt ?? scene.prompt ?? "",
      image_url: scene.is_chained ? FRAME : image_url ?? scene.image_url,
      model: model ?? scene.model,
      duration: duration ?? scene.duration,
      driver_video_url: scene.driver_video_url,
      audio_url: scene.audio_url,
    }, ...following(scene)],
  }, planning);
  if ("issues" in plan) {
    return { issues: plan.issues.map(({ path, message }) => ({ path: ownPath(path), message })) };
  }
  const { chunks, audio_url, reframe_to } = plan.scenes[0] ?? {};
  return {
    changes: {
      ...changes,
      ...image_url && reframe_to && { reframe_to },
      ...audio_url && { audio_url },
      chunks,
    },
  };
}

/** The scene that shares a keyframe with this one, which its model has to be able to end with. */
function following({ end_image_url }: Scene) {
  if (!end_image_url) return [];
  return [{ prompt: ".", continuity: "shared_keyframe" as const, image_url: end_image_url }];
}

function ownPath(path: string): string {
  return path === "scenes.1.continuity" ? "model" : path.replace(/^scenes\.0\./, "");
}
