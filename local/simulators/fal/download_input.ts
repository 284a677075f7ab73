import type { MediaStore } from "./media_store.ts";
import { ModelError } from "./validate.ts";

export type ModelDeps = {
  media: MediaStore;
  /** Pixels. */
  shortSide: number;
  expiresMs?: number;
  signal: AbortSignal;
};

/**
 * Fetches the file that an input's field names, into a path of its own.
 *
 * @throws ModelError in fal's words where it cannot be had.
 */
export async function downloadInput(
  input: Record<string, unknown>,
  field: string,
  { media, signal }: ModelDeps,
  index?: number,
): Promise<string> {
  const url = String(input[field] ?? "");
  const loc = ["body", field, ...(index === undefined ? [] : [index])];
  const path = media.newPath(".input");
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new TypeError(`It answered ${response.status}`);
    }
    await Deno.writeFile(path, response.body);
    return path;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TypeError)) throw error;
    const msg = "Failed to download the file. Please check if the URL is accessible and try again.";
    throw new ModelError(422, { detail: [{ loc, msg, type: "file_download_error", input: url }] });
  }
}

/** Fetches every file that an input names, and keeps none. @throws ModelError as `downloadInput` does. */
export async function downloadInputs(
  input: Record<string, unknown>,
  deps: ModelDeps,
): Promise<void> {
  for (const [field, value] of Object.entries(input)) {
    const urls = JSON.stringify(value).matchAll(/"(https?:[^"]+)"/gi);
    for (const [, url] of urls) {
      await Deno.remove(await downloadInput({ [field]: url }, field, deps));
    }
  }
}
