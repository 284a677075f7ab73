import { z } from "zod";
import type { ReadCallback } from "../_shared/callback_door.ts";
import { firstReason, Id, Metadata, Percentage, Reason } from "../_shared/callback_fields.ts";
import { finishedGeneration, generation } from "./generation.ts";

/** The form that older tools post: the result below `result`, their own ids in `metadata`. */
export const JobBody = z.object({
  request_id: Id,
  status: z.enum(["completed", "failed", "in_progress"]),
  result: z.looseObject({ error: Reason }).nullish(),
  error: Reason,
  progress: Percentage,
  metadata: Metadata,
});

/** A failure in this form is final. Ids in `metadata` are the sender's; images go by its project. */
export function readJobBody(body: z.infer<typeof JobBody>): ReadCallback {
  const { status, result, metadata, progress = null } = body;
  if (status === "completed") return finishedGeneration(body, result, metadata);
  if (status === "in_progress") return generation(body, "in_progress", { progress, metadata });

  const error = { message: firstReason(result?.error, body.error), retryable: false };
  return generation(body, "failed", { error, metadata });
}
