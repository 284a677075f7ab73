import * as z from "zod";
import type { ReadCallback } from "../_shared/callback_door.ts";
import { firstReason, Id, Reason } from "../_shared/callback_fields.ts";
import { finishedGeneration, generation } from "./generation.ts";

/** The form that older workers post: the words of fal's queue, the result below `response`. */
export const QueueBody = z.object({
  request_id: Id,
  status: z.enum(["COMPLETED", "FAILED"]),
  response: z.unknown().optional(),
  error: Reason,
});

/** A failure in this form is final. */
export function readQueueBody(body: z.infer<typeof QueueBody>): ReadCallback {
  if (body.status === "COMPLETED") return finishedGeneration(body, body.response);
  const error = { message: firstReason(body.error), retryable: false };
  return generation(body, "failed", { error });
}
