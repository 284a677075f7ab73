import { z } from "zod";
import type { ReadCallback } from "../callback_door.ts";
import { Id, Measure, present, Reason, Url } from "../callback_fields.ts";
import { callbackType, failureOf, missingResult, stateOf, Status } from "../service_callback.ts";
import { zodIssues } from "../zod_issues.ts";

/** The older form: a job of one of several services, with what it made below `result`. */
const JobBody = z.object({
  job_id: Id,
  status: Status,
  service: z.string().nullish(),
  result: z.object({ output_url: Url.nullish(), duration: Measure, error: Reason }).nullish(),
  error: Reason,
  metadata: z.looseObject({ project_id: Id.nullish(), scene_id: Id.nullish() }).nullish(),
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
  const read = JobBody.safeParse(body);
  if (!read.success) return { issues: zodIssues(read.error) };

  const { job_id, status, service, result, error, metadata } = read.data;
  const state = stateOf(status);
  const url = result?.output_url;
  if (state === "completed" && !url) return { issues: [missingResult("result.output_url")] };

  const stitched = service === STITCHER;
  const made = stitched ? { video_url: url, duration: result?.duration } : { image_url: url };
  return {
    type: callbackType("processing", state),
    status,
    source: stitched ? "stitch" : "lastframe",
    alsoAnswer: { success: true },
    result: {
      state,
      request_id: job_id,
      scene_id: metadata?.scene_id ?? null,
      project_id: metadata?.project_id ?? null,
      ...stitched && { by_project: true },
      output: state === "completed" ? present(made) : {},
      error: failureOf(state, result?.error, error),
      progress: null,
      metadata: metadata ?? {},
    },
  };
}
