import { FAL_WEBHOOK } from "../fal-webhook/openapi.ts";
import { LAST_FRAME_COMPLETE } from "../last-frame-complete/openapi.ts";
import { PIPELINE_STEP } from "../pipeline-step/openapi.ts";
import { STITCH_COMPLETE } from "../stitch-complete/openapi.ts";
import { VIDEO_COMPLETE } from "../video-complete/openapi.ts";
import { VIDEOS } from "../videos/openapi.ts";
import { WEBHOOK } from "../webhook/openapi.ts";
import type { DoorPart } from "../_shared/openapi/door_part.ts";
import { WEBHOOK_MANAGE } from "./openapi.ts";

/** Every door's part; a new door adds its own here. */
export const PARTS: readonly DoorPart[] = [
  WEBHOOK,
  VIDEOS,
  FAL_WEBHOOK,
  VIDEO_COMPLETE,
  LAST_FRAME_COMPLETE,
  STITCH_COMPLETE,
  PIPELINE_STEP,
  WEBHOOK_MANAGE,
];
