/** A fal endpoint that makes clips, and how it names what we send. */
export type Model = {
  /** fal's endpoint id. */
  endpoint: string;
  /** Name shared by the endpoints of one model; a job may say it instead of an endpoint. */
  family: string;
  /** Whether the model has a `prompt`. */
  takesPrompt: boolean;
  /** Parameter of the start frame; null: the model works from text alone. */
  startFrame: string | null;
  needsImage: boolean;
  /** Parameter of a picture that the clip ends with. */
  endFrame: string | null;
  /** Lengths on offer, in seconds. A single one without `durationAs` is fixed; none: not ours to say. */
  seconds: readonly number[];
  /** How `duration` is written: `"5"`, `"5s"` or `5`; null: the model has no such parameter. */
  durationAs: "digits" | "digits_s" | "number" | null;
  /** Values of `aspect_ratio`; null: no such parameter, the start frame decides. */
  aspectRatios: readonly string[] | null;
  /** Parameter of a driver video that the clip follows; required where there is one. */
  driver: string | null;
  /** Parameter of a sound track. */
  audio: string | null;
  /** Sent always. */
  fixed: Readonly<Record<string, unknown>>;
  /** Required parameters that no job can say: the model is known, and cannot be asked for. */
  unmet: readonly string[];
};

/** What a row says of its model; the rest is as rare parameters are: absent. */
export type Facts = Partial<Omit<Model, "endpoint" | "family">>;

/** A model that starts from an image. */
export function image(family: string, endpoint: string, ...facts: Facts[]): Model {
  return row(family, endpoint, { startFrame: "image_url", needsImage: true }, ...facts);
}

/** A model that works from text alone. */
export function text(family: string, endpoint: string, ...facts: Facts[]): Model {
  return row(family, endpoint, ...facts);
}

/** A model that moves the figure of an image as a driver video moves. */
export function motion(family: string, endpoint: string, ...facts: Facts[]): Model {
  return image(family, endpoint, { driver: "video_url" }, ...facts);
}

/** Writes a length as fal's commonest models do, `"5"`. */
export function digits(...seconds: number[]): Facts {
  return { seconds, durationAs: "digits" };
}

/** Writes a length as `"5s"`. */
export function digitsS(...seconds: number[]): Facts {
  return { seconds, durationAs: "digits_s" };
}

/** Writes a length as a number. */
export function number(...seconds: number[]): Facts {
  return { seconds, durationAs: "number" };
}

export function ratios(...aspectRatios: string[]): Facts {
  return { aspectRatios };
}

/** Whole seconds, both ends included. */
export function between(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function row(family: string, endpoint: string, ...facts: Facts[]): Model {
  return Object.assign({
    endpoint,
    family,
    takesPrompt: true,
    startFrame: null,
    needsImage: false,
    endFrame: null,
    seconds: [],
    durationAs: null,
    aspectRatios: null,
    driver: null,
    audio: null,
    fixed: {},
    unmet: [],
  }, ...facts);
}
