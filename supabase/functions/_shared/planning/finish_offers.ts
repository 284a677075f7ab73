import { type Get, optional } from "../env.ts";
import { MUSIC_MODELS, SPEECH_MODELS } from "../fal/audio_models.ts";

/** What this installation has for sound, captions and seams. */
export type FinishOffers = {
  /** fal's endpoint that speaks a text; null: nobody does. */
  speechModel: string | null;
  musicModel: string | null;
  /** STITCH_SERVICE_URL: fades, burns captions in, and mixes with a volume. */
  hasStitchService: boolean;
  /** Somebody puts sound under a clip, and joins clips in one size and rate: fal or that service. */
  canMux: boolean;
};

/** What FAL_KEY alone offers. */
export const FAL_OFFERS: FinishOffers = {
  speechModel: null,
  musicModel: null,
  hasStitchService: false,
  canMux: true,
};

/** What a film in test mode has: everything, and all of it played. */
export const TEST_OFFERS: FinishOffers = {
  speechModel: "test",
  musicModel: "test",
  hasStitchService: true,
  canMux: true,
};

/** A model that is not in our table is as none: nobody knows how to ask it. */
export function readFinishOffers(get: Get): FinishOffers {
  const hasFal = optional(get, "FAL_KEY") !== null;
  const hasStitchService = optional(get, "STITCH_SERVICE_URL") !== null;
  const known = (variable: string, models: ReadonlyMap<string, unknown>) => {
    const model = optional(get, variable);
    return hasFal && model !== null && models.has(model) ? model : null;
  };
  return {
    speechModel: known("SPEECH_MODEL", SPEECH_MODELS),
    musicModel: known("MUSIC_MODEL", MUSIC_MODELS),
    hasStitchService,
    canMux: hasFal || hasStitchService,
  };
}
