import type { Model } from "./model_row.ts";
import { KLING } from "./models_kling.ts";
import { LTX } from "./models_ltx.ts";
import { MINIMAX } from "./models_minimax.ts";
import { OTHERS } from "./models_others.ts";
import { PIXVERSE } from "./models_pixverse.ts";
import { SEEDANCE } from "./models_seedance.ts";
import { VEO } from "./models_veo.ts";
import { VIDU } from "./models_vidu.ts";
import { WAN } from "./models_wan.ts";

/**
 * Parameters are those of fal's published schemas (`endpoints.d.ts` of @fal-ai/client 1.10.1).
 * Beside the endpoints of a family that work from text stand those that start from an image.
 */
export const MODELS: readonly Model[] = [
  ...KLING,
  ...VEO,
  ...MINIMAX,
  ...SEEDANCE,
  ...WAN,
  ...LTX,
  ...PIXVERSE,
  ...VIDU,
  ...OTHERS,
];
