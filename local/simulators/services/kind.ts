import type { ModelDeps } from "../fal/download_input.ts";
import { text } from "../read_input.ts";

/** What distinguishes one service from another. */
export type ServiceKind = {
  name: "video" | "frame" | "stitch";
  /** As bodies with a `service` name it. */
  service: string;
  submitPath: string;
  tasksPath: string;
  /** Other work of the same service, by the path that it is posted to. */
  also?: Readonly<Record<string, Pick<ServiceKind, "check" | "make">>>;
  /** The field of a completed body that holds what was made. */
  urlField: "video_url" | "last_frame_url" | "final_video_url";
  /** What is wrong with a request; null: nothing. */
  check(input: Record<string, unknown>): string | null;
  /** Does the work and returns what a completed body says of it. @throws {ModelError} */
  make(input: Record<string, unknown>, deps: ModelDeps): Promise<Record<string, unknown>>;
};

/** The shape of callbacks. `scene`: ids and measures; `api`: video APIs' own; `job`: the older one. */
export type Form = "scene" | "api" | "job";

/** What the service does for a request at this path. */
export function workAt(kind: ServiceKind, path: string): Pick<ServiceKind, "check" | "make"> {
  return kind.also?.[path] ?? kind;
}

/** Names the first of the fields that holds no http URL. */
export function missingUrl(input: Record<string, unknown>, ...fields: string[]): string | null {
  const missing = fields.find((field) => !/^https?:\/\//i.test(text(input[field])));
  return missing === undefined ? null : `${missing} is required: an http URL`;
}
