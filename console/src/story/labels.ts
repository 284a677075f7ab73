import { words } from "../format.ts";

const STEPS: Record<string, string> = {
  storyboard: "Write scenes",
  reframe_image: "Reframe image",
  generate_clip: "Generate clip",
  extract_last_frame: "Extract last frame",
  check_frame: "Check last frame",
  extract_thumbnail: "Extract thumbnail",
  generate_voice: "Speak voice-over",
  generate_music: "Compose music",
  level_music: "Set music loudness",
  mux_audio: "Put sound under clip",
  store_captions: "Write caption files",
  stitch: "Stitch",
  mix_music: "Mix music in",
  burn_captions: "Burn captions in",
  store_film: "Store film",
  cancel_request: "Give up request",
};

/** Of a delivery, in the order of a choice. */
export const DELIVERY_STATUSES: Record<string, string> = {
  pending: "Pending",
  delivering: "Being sent",
  delivered: "Delivered",
  dead: "Given up",
  batched: "In a batch",
  filtered: "Not wanted",
  skipped: "Endpoint off",
};

export const DELIVERY_TYPES: Record<string, string> = {
  "video.generation.completed": "Film completed",
  "video.generation.failed": "Film failed",
  "video.generation.cancelled": "Film cancelled",
  "video.generation.progress": "Film gets on",
  "storyboard.completed": "Scenes written",
  "scene.started": "Scene started",
  "scene.completed": "Scene completed",
  "scene.failed": "Scene failed",
  "stitching.started": "Stitching started",
  "webhook.received": "Webhook passed on",
  "endpoint.test": "Test of an endpoint",
  "batch": "Batch of events",
};

/** Why a delivery was not sent by itself; null where it is, or will be. */
export function whyNotSent(
  { status, endpoint_id }: { status: string; endpoint_id?: string | null | undefined },
): string | null {
  switch (status) {
    case "batched":
      return "It travels with others in one request.";
    case "filtered":
      return endpoint_id
        ? "Its endpoint does not want this type. It can be replayed all the same."
        : "The film has ended anew since, and its last end is what is told. It can be replayed.";
    case "skipped":
      return "Its endpoint was disabled when it was queued. It can be replayed.";
    default:
      return null;
  }
}

/** The verb by which a delivery is sent again; one that waits for its next try is sent at once by it. */
export function sentAgainBy(
  { status, attempt_count }: { status: string; attempt_count: number },
): "redrive" | "replay" | null {
  if (status === "dead" || (status === "pending" && attempt_count > 0)) return "redrive";
  return ["delivered", "filtered", "skipped"].includes(status) ? "replay" : null;
}

export const labelOfStep = (kind: string): string => STEPS[kind] ?? words(kind);
export const labelOfType = (type: string): string => DELIVERY_TYPES[type] ?? words(type);
export const labelOfStatus = (status: string): string => DELIVERY_STATUSES[status] ?? words(status);
