import { databaseAddress, type Get, optional } from "../env.ts";
import type { Provider, StepKind } from "../transitions/steps.ts";

/**
 * Who does each kind of step that may cost money, by the same variables as `configureProviders`, but
 * without the code that does it: a door that only estimates starts sooner.
 */
export function chosenProviders(get: Get): Partial<Record<StepKind, Provider>> {
  const where = <Name extends Provider>(variable: string, provider: Name) =>
    optional(get, variable) === null ? null : provider;
  const openai = where("OPENAI_API_KEY", "openai");
  const video = where("VIDEO_GENERATION_SERVICE", "video");
  const frame = where("LAST_FRAME_SERVICE_URL", "lastframe");
  const stitch = where("STITCH_SERVICE_URL", "stitch");
  const fal = where("FAL_KEY", "fal");
  const storage = "missing" in databaseAddress(get) ? null : "storage";

  return {
    storyboard: openai ?? storage ?? "test",
    reframe_image: fal ?? storage ?? "test",
    generate_clip: video ?? fal ?? "test",
    extract_last_frame: frame ?? fal ?? "test",
    extract_thumbnail: fal ?? storage ?? "test",
    stitch: stitch ?? fal ?? "test",
    generate_voice: fal ?? "test",
    generate_music: fal ?? "test",
    level_music: fal ?? "test",
    mux_audio: stitch ?? fal ?? "test",
    mix_music: stitch ?? fal ?? "test",
    burn_captions: stitch ?? "test",
  };
}
