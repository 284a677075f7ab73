import type { StorageClient } from "@supabase/storage-js";
import { BUCKET, NotCopied } from "./copy_file.ts";

/** FILM_URLS: `public` needs a public bucket, `signed` works with a private one. */
export type FilmUrls = "public" | "signed";

/** Seconds that a signed URL opens its file. */
const SIGNED_FOR = 7 * 86_400;

/** The URL by which a stored file opens. @throws {NotCopied} */
export async function urlOf(
  { storage, filmUrls }: { storage: StorageClient; filmUrls: FilmUrls },
  path: string,
): Promise<string> {
  const bucket = storage.from(BUCKET);
  if (filmUrls === "public") return bucket.getPublicUrl(path).data.publicUrl;

  const { data, error } = await bucket.createSignedUrl(path, SIGNED_FOR);
  if (error) throw new NotCopied(`Cannot sign URL of file: ${error.message}`, true);
  return data.signedUrl;
}
