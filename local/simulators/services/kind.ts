import type { ModelDeps } from "../fal/run_model.ts";

/** What distinguishes one service from another. */
export type ServiceKind = {
  name: "video" | "frame" | "stitch";
  /** As bodies with a `service` name it. */
  service: string;
  submitPath: string;
  tasksPath: string;
  /** The field of a completed body that holds what was made. */
  urlField: "video_url" | "last_frame_url" | "final_video_url";
  /** What is wrong with a request; null: nothing. */
  check(input: Record<string, unknown>): string | null;
  /** Does the work and returns what a completed body says of it. @throws {ModelError} */
  make(input: Record<string, unknown>, deps: ModelDeps): Promise<Record<string, unknown>>;
};

/** The shape of callbacks. `scene`: ids and measures; `api`: video APIs' own; `job`: the older one. */
export type Form = "scene" | "api" | "job";

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Names the first of the fields that holds no http URL. */
export function missingUrl(input: Record<string, unknown>, ...fields: string[]): string | null {
  const missing = fields.find((field) => !/^https?:\/\//.test(text(input[field])));
  return missing === undefined ? null : `${missing} is required: an http URL`;
}
