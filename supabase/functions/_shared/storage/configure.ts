import { databaseAddress } from "../env.ts";
import { loadProvider } from "../load_provider.ts";
import type { Configured, ProviderDeps } from "../providers.ts";

/** Supabase Storage is always there; null only where the database is not configured either. */
export function configureStorage(deps: ProviderDeps): Configured | null {
  const address = databaseAddress(deps.get);
  if ("missing" in address) return null;

  return {
    name: "storage",
    steps: [
      "store_film",
      "store_captions",
      "check_frame",
      // It does without these, where nobody else does them.
      "extract_thumbnail",
      "reframe_image",
      "storyboard",
    ],
    provider: loadProvider(async () => {
      const { buildStorageProvider } = await import("./build_provider.ts");
      return buildStorageProvider(address, deps);
    }),
  };
}
