import * as z from "zod";
import type { ReadCallback } from "../_shared/callback_door.ts";
import { Id } from "../_shared/callback_fields.ts";
import { NO_FILE, readOutput } from "../_shared/fal/output.ts";
import { callbackType } from "../_shared/service_callback.ts";
import type { CallbackResult } from "../_shared/transitions/callbacks.ts";

type Generation = { request_id: string; status: string };

/** A generation's callback; `told` is what it says beyond its state. */
export function generation(
  { request_id, status }: Generation,
  state: CallbackResult["state"],
  told: Partial<CallbackResult> = {},
): ReadCallback {
  return {
    type: callbackType("generation", state),
    status,
    result: {
      state,
      request_id,
      scene_id: null,
      project_id: null,
      output: {},
      error: null,
      progress: null,
      metadata: {},
      ...told,
    },
  };
}

/** The project that a sender of images names in its metadata; it is kept with the images. */
const ImageMetadata = z.looseObject({ project_id: Id });

/** A finished generation. Without a result in the callback it has to be fetched. */
export function finishedGeneration(
  body: Generation,
  result: unknown,
  metadata: Record<string, unknown> = {},
): ReadCallback {
  if (result === null || result === undefined) return generation(body, "unread", { metadata });

  const output = readOutput(result);
  if (output !== null) {
    // Of a video the ids are the sender's own: its request is what it is matched by.
    const named = output.video_url === undefined ? ImageMetadata.safeParse(metadata) : null;
    const project_id = named?.data?.project_id ?? null;
    return generation(body, "completed", { output, metadata, project_id });
  }
  return generation(body, "failed", { error: NO_FILE, metadata });
}
