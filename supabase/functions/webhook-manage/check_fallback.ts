import type { Issue } from "../_shared/errors.ts";
import type { Model } from "../_shared/fal/model_row.ts";
import { MODELS } from "../_shared/fal/model_table.ts";

/**
 * Why one endpoint cannot stand in for another: whatever the first may be asked for, the second has
 * to take, because a clip that is under way asks for nothing anew.
 */
export function checkFallback(model: string, fallback: string): Issue[] {
  const first = find(model);
  const second = find(fallback);
  if (!first) return [{ path: "model", message: `Unknown endpoint "${model}"` }];
  if (!second) return [{ path: "fallback", message: `Unknown endpoint "${fallback}"` }];

  const seconds = first.seconds.filter((length) => !second.seconds.includes(length));
  const ratios =
    first.aspectRatios?.filter((ratio) =>
      second.aspectRatios !== null && !second.aspectRatios.includes(ratio)
    ) ?? [];
  return [
    ...(seconds.length > 0 ? [`does not offer ${seconds.join(", ")} seconds`] : []),
    ...(ratios.length > 0 ? [`does not offer ${ratios.join(", ")}`] : []),
    ...((first.startFrame === null) === (second.startFrame === null)
      ? []
      : [first.startFrame === null ? "starts from an image" : "starts from no image"]),
    ...((first.driver === null) === (second.driver === null)
      ? []
      : [first.driver === null ? "follows a driver video" : "follows no driver video"]),
    ...(second.unmet.length > 0 ? [`requires ${second.unmet.join(", ")}`] : []),
  ].map((what) => ({ path: "fallback", message: `${fallback} ${what}` }));
}

/** A clip before a shared keyframe is handed over only to a model that can end with it. */
export function takesEndFrame(endpoint: string): boolean {
  return (find(endpoint)?.endFrame ?? null) !== null;
}

function find(endpoint: string): Model | undefined {
  return MODELS.find((model) => model.endpoint === endpoint);
}
