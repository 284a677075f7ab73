import * as z from "zod";
import type { ReadCallback } from "../_shared/callback_door.ts";
import { firstReason, Id, Metadata, Percentage, Reason } from "../_shared/callback_fields.ts";
import { finishedGeneration, generation } from "./generation.ts";

/** The form that older tools post: the result below `result`, their own ids in `metadata`. */
export const JobBody = z.object({
  request_id: Id,
  status: z.enum(["completed", "in_progress"]),
  result: z.looseObject({}).nullish(),
  progress: Percentage,
  metadata: Metadata,
});

/** A failure in this form is final. Of it only its request has to be readable: nothing else in it is worth losing it for. */
export const FailedJobBody = z.object({
  request_id: Id,
  status: z.literal("failed"),
  result: z.looseObject({ error: Reason }).transform(({ error }) => error).or(Reason),
  error: Reason,
  metadata: Metadata.catch({}),
});

export function readFailedJobBody(body: z.infer<typeof FailedJobBody>): ReadCallback {
  const { result, metadata } = body;
  const error = { message: firstReason(result, body.error), retryable: false };
  return generation(body, "failed", { error, metadata });
}

/** Ids in `metadata` are the sender's; images go by its project. */
export function readJobBody(body: z.infer<typeof JobBody>): ReadCallback {
  const { status, result, metadata, progress = null } = body;
  if (status === "completed") return finishedGeneration(body, result, metadata);
  return generation(body, "in_progress", { progress, metadata });
}
