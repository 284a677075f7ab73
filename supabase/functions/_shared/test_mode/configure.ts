import { databaseAddress } from "../env.ts";
import { loadProvider } from "../load_provider.ts";
import type { Configured, ProviderDeps } from "../providers.ts";

/**
 * Films in test mode need no other provider. It stands for every step that nobody else does, so that
 * such films are claimed; the database gives it no other ones.
 */
export function configureTestMode({ get, fetch }: ProviderDeps): Configured | null {
  const address = databaseAddress(get);
  if ("missing" in address) return null;

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
    provider: loadProvider(async () => {
      const [{ connectStorage }, { createTestProvider }] = await Promise.all([
        import("../storage/connect_storage.ts"),
        import("./provider.ts"),
      ]);
      return createTestProvider(connectStorage(address, { get, fetch }));
    }),
  };
}
