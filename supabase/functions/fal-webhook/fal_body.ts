import * as z from "zod";
import type { ReadCallback } from "../_shared/callback_door.ts";
import { firstReason, Id, Metadata, Reason } from "../_shared/callback_fields.ts";
import { CANCELLED, errorTypeIn, isRetryableType, statusIn } from "../_shared/fal/error_type.ts";
import { ownWords } from "../_shared/own_words.ts";
import { mayPassLater } from "../_shared/refusal.ts";
import type { Failure } from "../_shared/transitions/results.ts";
import { finishedGeneration, generation } from "./generation.ts";

/**
 * What fal posts (fal.ai/docs, "Webhooks"). `payload` may be null in both cases, `error` may stand
 * there as null, and `payload.detail` is a list or a sentence.
 */
export const FalBody = z.object({
  request_id: Id,
  status: z.enum(["OK", "ERROR"]),
  payload: z.unknown().optional(),
  payload_error: Reason,
  error: z.unknown().optional(),
  /** fal sends none; senders in its place pass theirs on. */
  metadata: Metadata.catch({}),
});

export function readFalBody(body: z.infer<typeof FalBody>): ReadCallback {
  if (body.status === "OK") return finishedGeneration(body, body.payload, body.metadata);

  const errorType = errorTypeIn(body.payload);
  const error = failure(body, errorType);
  return generation(body, errorType === CANCELLED ? "cancelled" : "failed", { error });
}

function failure(body: z.infer<typeof FalBody>, errorType: string | null): Failure {
  const error = ownWords({ error: body.error });
  const detail = ownWords(body.payload);
  const status = statusIn(error);
  const words = [error, detail].filter((text) => text !== null).join(": ");
  return {
    message: firstReason(words, body.payload_error, errorType, Reason.parse(body.error)),
    retryable: status === null ? typeMayPass(errorType) : mayPassLater(status),
  };
}

function typeMayPass(errorType: string | null): boolean {
  return errorType === null || (isRetryableType(errorType) ?? true);
}
