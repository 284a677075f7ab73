import { StorageClient } from "@supabase/storage-js";
import { withDeadline } from "../deadline.ts";
import { type Get, optional, withoutSlash } from "../env.ts";
import type { FilmUrls } from "./url_of.ts";

/** Milliseconds: a long film over a slow line; the lease of the step is longer. */
export const STORAGE_TIMEOUT = 60_000;

/**
 * Storage as service_role, at the database's address, and how its files are to be shown.
 * Its own package: the whole of supabase-js takes longer to load than all else of a function.
 */
export function connectStorage(
  { url, key }: { url: string; key: string },
  { get, fetch }: { get: Get; fetch: typeof globalThis.fetch },
  timeoutMs: number = STORAGE_TIMEOUT,
): { storage: StorageClient; filmUrls: FilmUrls } {
  const storage = new StorageClient(
    `${withoutSlash(url)}/storage/v1`,
    { apikey: key, authorization: `Bearer ${key}` },
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
