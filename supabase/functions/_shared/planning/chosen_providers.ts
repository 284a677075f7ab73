import { databaseAddress, type Get, optional } from "../env.ts";
import type { Provider, StepKind } from "../transitions/steps.ts";

/**
 * Who does each kind of step that may cost money, by the same variables as `configureProviders`, but
 * without the code that does it: a door that only estimates starts sooner.
 */
export function chosenProviders(get: Get): Partial<Record<StepKind, Provider>> {
  const has = (name: string) => optional(get, name) !== null;
  const fal = has("FAL_KEY");
  const own = "missing" in databaseAddress(get) ? "test" : "storage";
  const stitch = has("STITCH_SERVICE_URL") ? "stitch" : null;
  return {
    storyboard: has("OPENAI_API_KEY") ? "openai" : own,
    reframe_image: fal ? "fal" : own,
    generate_clip: has("VIDEO_GENERATION_SERVICE") ? "video" : fal ? "fal" : "test",
    extract_last_frame: has("LAST_FRAME_SERVICE_URL") ? "lastframe" : fal ? "fal" : "test",
    extract_thumbnail: fal ? "fal" : own,
    stitch: stitch ?? (fal ? "fal" : "test"),
    generate_voice: fal ? "fal" : "test",
    generate_music: fal ? "fal" : "test",
    level_music: fal ? "fal" : "test",
    mux_audio: stitch ?? (fal ? "fal" : "test"),
    mix_music: stitch ?? (fal ? "fal" : "test"),
    burn_captions: stitch ?? "test",
  };
}
