import { createClient } from "@supabase/supabase-js";
import { withDeadline } from "../deadline.ts";
import { databaseAddress, optional } from "../env.ts";
import type { Configured, ProviderDeps } from "../providers.ts";
import { createStorageProvider } from "./provider.ts";

/** A long film over a slow line; the lease of the step is longer. */
const TIMEOUT = 60_000;

/** Supabase Storage is always there; null only where the database is not configured either. */
export function configureStorage({ get, fetch, log }: ProviderDeps): Configured | null {
  const address = databaseAddress(get);
  if ("missing" in address) return null;

  const client = createClient(address.url, address.key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      fetch: (input, init) => withDeadline(TIMEOUT, (signal) => fetch(input, { ...init, signal })),
    },
  });

  return {
    name: "storage",
    steps: ["store_film", "extract_thumbnail", "store_captions", "check_frame"],
    provider: createStorageProvider({
      storage: client.storage,
      fetch,
      timeoutMs: TIMEOUT,
      filmUrls: optional(get, "FILM_URLS") === "signed" ? "signed" : "public",
      warn: (reason) => log("thumbnail.not_stored", { reason }),
      warnOfLength: (reason) => log("captions.not_measured", { reason }),
    }),
  };
}
