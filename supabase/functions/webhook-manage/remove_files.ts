import type { StorageClient } from "@supabase/storage-js";

/** As many as Storage removes in one call. */
const PAGE = 1000;

/** Removes files, page by page; those that Storage did not remove. One that is not there is gone. */
export async function removeFiles(
  storage: StorageClient | null,
  bucket: string,
  paths: readonly string[],
): Promise<string[]> {
  const left: string[] = [];
  for (let from = 0; from < paths.length; from += PAGE) {
    const page = paths.slice(from, from + PAGE);
    if (storage === null || (await storage.from(bucket).remove(page)).error) left.push(...page);
  }
  return left;
}
