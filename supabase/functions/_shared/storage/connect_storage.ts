import { StorageClient } from "@supabase/storage-js";
import { withDeadline } from "../deadline.ts";
import { databaseAddress, optional } from "../env.ts";
import type { ProviderDeps } from "../providers.ts";
import type { FilmUrls } from "./provider.ts";

/** Milliseconds: a long film over a slow line; the lease of the step is longer. */
export const STORAGE_TIMEOUT = 60_000;

/**
 * Storage as service_role, and how its files are to be shown; null without the database's address.
 * Its own package: the whole of supabase-js takes longer to load than all else of a function.
 */
export function connectStorage(
  { get, fetch }: Pick<ProviderDeps, "get" | "fetch">,
  timeoutMs: number = STORAGE_TIMEOUT,
): { storage: StorageClient; filmUrls: FilmUrls } | null {
  const address = databaseAddress(get);
  if ("missing" in address) return null;

  const storage = new StorageClient(
    `${address.url.replace(/\/+$/, "")}/storage/v1`,
    { apikey: address.key, authorization: `Bearer ${address.key}` },
    (input, init) =>
      withDeadline(timeoutMs, async (signal) => {
        const answer = await fetch(input, { ...init, signal });
        // Read here: the package waits for it without an end. A refusal stands in the status line.
        const whole = answer.arrayBuffer();
        const body = answer.ok ? await whole : await whole.catch(() => new ArrayBuffer(0));
        const { status, statusText, headers } = answer;
        return new Response(answer.body && body, { status, statusText, headers });
      }),
  );
  return { storage, filmUrls: optional(get, "FILM_URLS") === "signed" ? "signed" : "public" };
}
