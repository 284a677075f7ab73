import * as z from "zod";
import type { ReadCallback } from "../callback_door.ts";
import { Id, Measured, present, Reason, Url } from "../callback_fields.ts";
import { callbackType, failureOf, missingResult, stateOf, Status } from "../service_callback.ts";
import type { Output } from "../transitions/results.ts";
import { zodIssues } from "../zod_issues.ts";

/** The older form: a job of one of several services, with what it made below `result`. */
export const JobBody = z.object({
  job_id: Id,
  status: Status,
  service: z.string().nullish(),
  result: z.object({ output_url: Url.nullish(), duration: Measured, error: Reason }).nullish(),
  error: Reason,
  metadata: z.looseObject({ project_id: Id.nullish(), scene_id: Id.nullish() }).nullish(),
});

/** Of a failure only its job has to be readable: nothing else in it is worth losing it for. */
const FailedJobBody = z.object({
  job_id: Id,
  status: z.enum(["failed", "cancelled"]),
  service: z.string().nullish().catch(null),
  result: z.looseObject({ error: Reason }).transform(({ error }) => ({ error })).nullish()
    .catch(null),
  error: Reason,
  metadata: z.looseObject({
    project_id: Id.nullish().catch(null),
    scene_id: Id.nullish().catch(null),
  }).nullish().catch(null),
});

/** The service that joins clips, and tells so at this door. */
const STITCHER = "video-stitch";

/** True for the form with a `job_id` instead of a `task_id`. */
export function isJobBody(body: unknown): boolean {
  return z.looseObject({ job_id: z.string().or(z.number()), task_id: z.null().optional() })
    .safeParse(body).success;
}

/** Reads a job's callback: of a stitched film, or of a frame. Its sender expects `success`. */
export function readJobCallback(body: unknown): ReadCallback {
  const failed = FailedJobBody.safeParse(body);
  if (failed.success) return jobCallback(failed.data, {});

  const read = JobBody.safeParse(body);
  if (!read.success) return { issues: zodIssues(read.error) };
  const { status, service, result } = read.data;
  if (stateOf(status) !== "completed") return jobCallback(read.data, {});

  const url = result?.output_url;
  if (!url) return { issues: [missingResult("result.output_url")] };
  const isFilm = service === STITCHER;
  return jobCallback(
    read.data,
    isFilm ? present({ video_url: url, duration: result.duration }) : { image_url: url },
  );
}

function jobCallback(
  { job_id, status, service, result, error, metadata }: z.infer<
    typeof JobBody | typeof FailedJobBody
  >,
  output: Output,
): ReadCallback {
  const state = stateOf(status);
  const isFilm = service === STITCHER;
  return {
    type: callbackType("processing", state),
    status,
    source: isFilm ? "stitch" : "lastframe",
    alsoAnswer: { success: true },
    result: {
      state,
      request_id: job_id,
      scene_id: metadata?.scene_id ?? null,
      project_id: metadata?.project_id ?? null,
      ...isFilm && { by_project: true },
      output,
      error: failureOf(state, result?.error, error),
      progress: null,
      metadata: metadata ?? {},
    },
  };
}
