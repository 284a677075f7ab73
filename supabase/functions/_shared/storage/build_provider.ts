import { allowsPrivateTargets, type Get, optional } from "../env.ts";
import { createGuardedFetch } from "../outbound/guarded_fetch.ts";
import { tellOnce } from "../outbound/fetch_unpinned.ts";
import type { StepProvider } from "../provider.ts";
import type { ProviderDeps } from "../providers.ts";
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

/** Storage at the database's address, with files of whoever made them. */
export function buildStorageProvider(
  address: { url: string; key: string },
  { get, fetch, now, log }: ProviderDeps,
): StepProvider {
  return createStorageProvider({
    ...connectStorage(address, { get, fetch }),
    fetch: createGuardedFetch({
      allowPrivate: allowsPrivateTargets(get),
      trusted: ourOrigins(get),
      fetch,
      now,
      onUnpinned: tellOnce(log),
    }),
    timeoutMs: STORAGE_TIMEOUT,
    log,
  });
}

function ourOrigins(get: Get): ReadonlySet<string> {
  const urls = OUR_SERVICES.flatMap((name) => optional(get, name) ?? []);
  return new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin));
}
