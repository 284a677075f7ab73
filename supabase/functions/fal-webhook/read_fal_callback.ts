import * as z from "zod";
import type { ReadCallback } from "../_shared/callback_door.ts";
import { Id } from "../_shared/callback_fields.ts";
import { zodIssues } from "../_shared/zod_issues.ts";
import { FalBody, readFalBody } from "./fal_body.ts";
import { FailedJobBody, JobBody, readFailedJobBody, readJobBody } from "./job_body.ts";
import { QueueBody, readQueueBody } from "./queue_body.ts";

/** Tells the three forms apart, so that what is wrong is said of the right one. */
const Envelope = z.looseObject({
  request_id: Id,
  status: z.enum(["OK", "ERROR", "COMPLETED", "FAILED", "completed", "failed", "in_progress"]),
});

/**
 * Reads fal's callbacks, and the two older forms that workers and tools built before us post.
 *
 * @param forAnybody fal signed it, for us or for another customer: a project that it names is not
 * believed. What it says of a request holds: only fal makes those ids.
 */
export function readFalCallback(body: unknown, { forAnybody = false } = {}): ReadCallback {
  const read = readForm(body);
  if (!forAnybody || "issues" in read) return read;
  return { ...read, result: { ...read.result, project_id: null } };
}

function readForm(body: unknown): ReadCallback {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return { issues: zodIssues(envelope.error) };

  switch (envelope.data.status) {
    case "OK":
    case "ERROR":
      return readAs(FalBody, body, readFalBody);
    case "COMPLETED":
    case "FAILED":
      return readAs(QueueBody, body, readQueueBody);
    case "failed":
      return readAs(FailedJobBody, body, readFailedJobBody);
    default:
      return readAs(JobBody, body, readJobBody);
  }
}

function readAs<T>(
  schema: z.ZodType<T>,
  body: unknown,
  read: (data: T) => ReadCallback,
): ReadCallback {
  const parsed = schema.safeParse(body);
  return parsed.success ? read(parsed.data) : { issues: zodIssues(parsed.error) };
}
