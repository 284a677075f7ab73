import type { Issue } from "../errors.ts";
import type { Model } from "../fal/model_row.ts";
import { LONGEST_SCENE } from "./split_duration.ts";

/* What a job may be refused for because of its models, each at the field that says it. */

export function unknownModel(name: string | null, path: string): Issue {
  return { path, message: `Unknown model "${name}": docs/models.md lists them` };
}

export function cannotAsk({ endpoint, unmet }: Model, path: string): Issue {
  return { path, message: `${endpoint} requires ${unmet.join(", ")}, which a job cannot say` };
}

export function noImage({ endpoint }: Model, path: string): Issue {
  return { path, message: `Required: ${endpoint} starts from an image` };
}

export function noDriver({ endpoint }: Model, path: string): Issue {
  return { path, message: `Required: ${endpoint} follows a driver video` };
}

export function takesNoDriver({ endpoint }: Model, path: string): Issue {
  return { path, message: `${endpoint} follows no driver video` };
}

export function followsOneTrack({ endpoint }: Model, path: string): Issue {
  return { path, message: `${endpoint} follows its audio in one clip: this scene is longer` };
}

/** Lists what is offered; for a scene that is longer than all of it, what it may be made of. */
export function notOffered(
  { endpoint, driver, seconds }: Model,
  path: string,
  asked: number,
): Issue {
  if (seconds.length === 0) {
    const why = driver === null ? "" : ": its clip is as long as the driver video";
    return { path, message: `${endpoint} takes no duration${why}` };
  }
  const offers = `${endpoint} offers ${seconds.join(", ")} seconds`;
  if (asked <= Math.max(...seconds)) return { path, message: offers };
  return { path, message: `${offers}, and whole sums of them up to ${LONGEST_SCENE}` };
}

export function notForService(name: string, path: string, longest: number): Issue {
  return { path, message: `${name} takes whole seconds from 1 to ${longest}` };
}

export function checkRatio({ endpoint, aspectRatios }: Model, ratio: string | null): Issue[] {
  if (ratio === null || aspectRatios === null || aspectRatios.includes(ratio)) return [];
  const message = `${endpoint} offers ${aspectRatios.join(", ")}`;
  return [{ path: "aspect_ratio", message }];
}
