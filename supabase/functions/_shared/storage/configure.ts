import { allowsPrivateTargets, type Get, optional } from "../env.ts";
import { createGuardedFetch } from "../outbound/guarded_fetch.ts";
import { tellOnce } from "../outbound/fetch_unpinned.ts";
import type { Configured, ProviderDeps } from "../providers.ts";
import { connectStorage, STORAGE_TIMEOUT } from "./connect_storage.ts";
import { createStorageProvider } from "./provider.ts";

/** Whose files we copy wherever they stand: the installation chose them. */
const OUR_SERVICES = [
  "VIDEO_GENERATION_SERVICE",
  "LAST_FRAME_SERVICE_URL",
  "STITCH_SERVICE_URL",
  "FAL_QUEUE_URL",
  "SUPABASE_URL",
];

/** Supabase Storage is always there; null only where the database is not configured either. */
export function configureStorage({ get, fetch, now, log }: ProviderDeps): Configured | null {
  const connected = connectStorage({ get, fetch });
  if (connected === null) return null;

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
    provider: createStorageProvider({
      ...connected,
      fetch: createGuardedFetch({
        allowPrivate: allowsPrivateTargets(get),
        trusted: ourOrigins(get),
        fetch,
        now,
        onUnpinned: tellOnce(log),
      }),
      timeoutMs: STORAGE_TIMEOUT,
      warn: (reason) => log("thumbnail.not_stored", { reason }),
      warnOfLength: (reason) => log("captions.not_measured", { reason }),
    }),
  };
}

function ourOrigins(get: Get): ReadonlySet<string> {
  const urls = OUR_SERVICES.flatMap((name) => optional(get, name) ?? []);
  return new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin));
}
