import type { Configured, ProviderDeps } from "../providers.ts";
import { connectStorage } from "../storage/connect_storage.ts";
import { createTestProvider } from "./provider.ts";

/**
 * Films in test mode need no other provider. It stands for every step that nobody else does, so that
 * such films are claimed; the database gives it no other ones.
 */
export function configureTestMode({ get, fetch }: ProviderDeps): Configured | null {
  const connected = connectStorage({ get, fetch });
  if (connected === null) return null;

  return {
    name: "test",
    steps: [
      "storyboard",
      "reframe_image",
      "generate_clip",
      "extract_last_frame",
      "extract_thumbnail",
      "stitch",
      "generate_voice",
      "generate_music",
      "level_music",
      "mux_audio",
      "mix_music",
      "burn_captions",
    ],
    provider: createTestProvider(connected),
  };
}
