import * as z from "zod";
import type { ReadCallback } from "./callback_door.ts";
import type { Issue } from "./errors.ts";
import {
  firstReason,
  Id,
  Measure,
  Metadata,
  Percentage,
  present,
  Reason,
} from "./callback_fields.ts";
import type { CallbackResult } from "./transitions/callbacks.ts";
import type { Failure, Output } from "./transitions/results.ts";
import { zodIssues } from "./zod_issues.ts";

/** The services' words for how far a task is. */
export const Status = z.enum([
  "completed",
  "failed",
  "cancelled",
  "pending",
  "queued",
  "processing",
  "in_progress",
  "progress",
]);

/** What the callbacks of the video, frame and stitch services have in common. */
export const ServiceBody = z.object({
  task_id: Id,
  status: Status,
  scene_id: Id.nullish(),
  project_id: Id.nullish(),
  error: Reason,
  message: Reason,
  progress: Percentage,
  progress_percentage: Percentage,
  cost_usd: Measure,
  metadata: Metadata,
});
export type ServiceBody = z.infer<typeof ServiceBody>;

/** Of a failure only its task has to be readable: nothing else in it is worth losing it for. */
const FailureBody = z.object({
  task_id: Id,
  status: z.enum(["failed", "cancelled"]),
  scene_id: Id.nullish().catch(null),
  project_id: Id.nullish().catch(null),
  error: Reason,
  message: Reason,
  metadata: Metadata.catch({}),
});

/**
 * Says a service's callback in our words.
 *
 * @param prefix of the callback's type: `task` gives `task.completed`, `task.failed`, ...
 * @param output what was made; null where the body of a completed task lacks `required`.
 */
export function readServiceBody<T extends ServiceBody>(
  body: unknown,
  { schema, prefix, required, output }: {
    schema: z.ZodType<T>;
    prefix: string;
    required: string;
    output: (body: T) => Output | null;
  },
): ReadCallback {
  const failed = FailureBody.safeParse(body);
  if (failed.success) return failureBody(failed.data, prefix);
  const read = schema.safeParse(body);
  if (!read.success) return { issues: zodIssues(read.error) };

  const { data } = read;
  const state = stateOf(data.status);
  const made = state === "completed" ? output(data) : {};
  if (made === null) return { issues: [missingResult(required)] };

  return {
    type: callbackType(prefix, state),
    status: data.status,
    result: {
      state,
      request_id: data.task_id,
      scene_id: data.scene_id ?? null,
      project_id: data.project_id ?? null,
      output: state === "completed" ? { ...made, ...present({ cost_usd: data.cost_usd }) } : made,
      error: null,
      progress: state === "in_progress" ? data.progress_percentage ?? data.progress ?? null : null,
      metadata: data.metadata,
    },
  };
}

function failureBody(body: z.infer<typeof FailureBody>, prefix: string): ReadCallback {
  const { task_id, status, scene_id, project_id, error, message, metadata } = body;
  return {
    type: callbackType(prefix, status),
    status,
    result: {
      state: status,
      request_id: task_id,
      scene_id: scene_id ?? null,
      project_id: project_id ?? null,
      output: {},
      error: failureOf(status, error, message),
      progress: null,
      metadata,
    },
  };
}

/** Ours for it: what has not ended is in progress. */
export function stateOf(status: z.infer<typeof Status>) {
  switch (status) {
    case "completed":
    case "failed":
    case "cancelled":
      return status;
    default:
      return "in_progress";
  }
}

/** `task` and `in_progress` are `task.progress`; other states are their own words. */
export function callbackType(prefix: string, state: CallbackResult["state"]): string {
  if (state === "unread") return `${prefix}.completed`;
  return `${prefix}.${state === "in_progress" ? "progress" : state}`;
}

/** A failure is final: a service that could do better by trying again would have tried. */
export function failureOf(
  state: CallbackResult["state"],
  ...reasons: (string | null | undefined)[]
): Failure | null {
  if (state !== "failed" && state !== "cancelled") return null;
  return { message: firstReason(...reasons), retryable: false };
}

export function missingResult(path: string): Issue {
  return { path, message: "Required where status is completed" };
}
