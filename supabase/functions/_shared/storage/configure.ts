import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { withDeadline } from "../deadline.ts";
import { databaseAddress, optional } from "../env.ts";
import type { Configured, ProviderDeps } from "../providers.ts";
import { createStorageProvider, type FilmUrls } from "./provider.ts";

/** A long film over a slow line; the lease of the step is longer. */
const TIMEOUT = 60_000;

/** Storage as service_role, and how its files are to be shown; null without the database's address. */
export function connectStorage(
  { get, fetch }: Pick<ProviderDeps, "get" | "fetch">,
): { storage: SupabaseClient["storage"]; filmUrls: FilmUrls } | null {
  const address = databaseAddress(get);
  if ("missing" in address) return null;

  const { storage } = createClient(address.url, address.key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      fetch: (input, init) => withDeadline(TIMEOUT, (signal) => fetch(input, { ...init, signal })),
    },
  });
  return { storage, filmUrls: optional(get, "FILM_URLS") === "signed" ? "signed" : "public" };
}

/** Supabase Storage is always there; null only where the database is not configured either. */
export function configureStorage({ get, fetch, log }: ProviderDeps): Configured | null {
  const connected = connectStorage({ get, fetch });
  if (connected === null) return null;

  return {
    name: "storage",
    steps: ["store_film", "extract_thumbnail", "reframe_image", "storyboard"],
    provider: createStorageProvider({
      ...connected,
      fetch,
      timeoutMs: TIMEOUT,
      warn: (reason) => log("thumbnail.not_stored", { reason }),
    }),
  };
}
