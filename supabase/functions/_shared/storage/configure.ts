import { StorageClient } from "@supabase/storage-js";
import { withDeadline } from "../deadline.ts";
import { allowsPrivateTargets, databaseAddress, type Get, optional } from "../env.ts";
import { createGuardedFetch } from "../outbound/guarded_fetch.ts";
import { tellOnce } from "../outbound/fetch_unpinned.ts";
import type { Configured, ProviderDeps } from "../providers.ts";
import { createStorageProvider, type FilmUrls } from "./provider.ts";

/** Whose files we copy wherever they stand: the installation chose them. */
const OUR_SERVICES = [
  "VIDEO_GENERATION_SERVICE",
  "LAST_FRAME_SERVICE_URL",
  "STITCH_SERVICE_URL",
  "FAL_QUEUE_URL",
  "SUPABASE_URL",
];

/** A long film over a slow line; the lease of the step is longer. */
const TIMEOUT = 60_000;

/**
 * Storage as service_role, and how its files are to be shown; null without the database's address.
 * Its own package: the whole of supabase-js takes longer to load than all else of a function.
 */
export function connectStorage(
  { get, fetch }: Pick<ProviderDeps, "get" | "fetch">,
): { storage: StorageClient; filmUrls: FilmUrls } | null {
  const address = databaseAddress(get);
  if ("missing" in address) return null;

  const storage = new StorageClient(
    `${address.url.replace(/\/+$/, "")}/storage/v1`,
    { apikey: address.key, authorization: `Bearer ${address.key}` },
    (input, init) => withDeadline(TIMEOUT, (signal) => fetch(input, { ...init, signal })),
  );
  return { storage, filmUrls: optional(get, "FILM_URLS") === "signed" ? "signed" : "public" };
}

/** Supabase Storage is always there; null only where the database is not configured either. */
export function configureStorage({ get, fetch, now, log }: ProviderDeps): Configured | null {
  const connected = connectStorage({ get, fetch });
  if (connected === null) return null;

  return {
    name: "storage",
    steps: [
      ...["store_film", "extract_thumbnail", "reframe_image", "storyboard"] as const,
      ...["store_captions", "check_frame"] as const,
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
      timeoutMs: TIMEOUT,
      warn: (reason) => log("thumbnail.not_stored", { reason }),
      warnOfLength: (reason) => log("captions.not_measured", { reason }),
    }),
  };
}

function ourOrigins(get: Get): ReadonlySet<string> {
  const urls = OUR_SERVICES.flatMap((name) => optional(get, name) ?? []);
  return new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin));
}
