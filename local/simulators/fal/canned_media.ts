import type { Endpoint } from "./endpoints.ts";
import type { MediaStore, PublishedFile } from "./media_store.ts";

type Made = { media: MediaStore; expiresMs?: number };
type Output = Record<string, unknown>;

/** Inputs that decide what a work looks like from outside; the rest is what it shows. */
const SHAPE = ["duration", "aspect_ratio", "frame_type", "character_orientation"];

/**
 * Does each kind of work once and answers further requests with copies of what was made, each at a
 * URL of its own: for runs in which what a film shows does not matter, and time does.
 */
export class CannedMedia {
  #made = new Map<string, Promise<Output>>();
  /** URLs of films that are heard: what is joined from them is not what is joined from silent ones. */
  #heard = new Set<string>();

  /** @param make does the work, for the first of a kind. */
  async answer(
    endpoint: Endpoint,
    input: Record<string, unknown>,
    make: () => Promise<Output>,
    made: Made,
  ): Promise<Output> {
    const isOfHeard = endpoint.work === "join" && urlsIn(input).some((url) => this.#heard.has(url));
    const output = await this.#answer(endpoint, input, { isOfHeard }, make, made);
    if (isOfHeard || ["compose", "merge_sound"].includes(endpoint.work)) {
      for (const url of urlsIn(output)) this.#heard.add(url);
    }
    return output;
  }

  async #answer(
    { work, seconds }: Endpoint,
    input: Record<string, unknown>,
    { isOfHeard }: { isOfHeard: boolean },
    make: () => Promise<Output>,
    made: Made,
  ): Promise<Output> {
    const count = [input.video_urls, input.tracks].map((many) =>
      Array.isArray(many) ? many.length : 0
    );
    const shape = SHAPE.map((name) => input[name] ?? null);
    const key = JSON.stringify([work, seconds, count, isOfHeard, ...shape]);
    const earlier = this.#made.get(key);
    if (earlier) {
      try {
        return await copyOutput(await earlier, made);
      } catch {
        // The first of its kind was cancelled or failed; this one may do better.
      }
    }
    const making = make();
    this.#made.set(key, making);
    making.catch(() => this.#made.delete(key));
    return await making;
  }
}

/** Every URL in a value, however deep. */
function urlsIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"(https?:[^"]+)"/gi)].map(([, url = ""]) => url);
}

async function copyOutput(output: Output, made: Made): Promise<Output> {
  const copies = await Promise.all(
    Object.entries(output).map(async ([name, value]) => [
      name,
      Array.isArray(value)
        ? await Promise.all(value.map((one) => copyFile(one, made)))
        : name.endsWith("_url")
        ? await copyUrl(String(value), made)
        : await copyFile(value, made),
    ]),
  );
  return Object.fromEntries(copies);
}

/** Outputs that name a file by its URL alone. */
async function copyUrl(url: string, { media, expiresMs }: Made): Promise<string> {
  const file_name = url.slice(url.lastIndexOf("/") + 1);
  return (await media.publishAgain({ file_name }, expiresMs)).url;
}

/** What is no file comes back as it is. */
async function copyFile(value: unknown, { media, expiresMs }: Made): Promise<unknown> {
  return isFile(value) ? { ...value, ...await media.publishAgain(value, expiresMs) } : value;
}

function isFile(value: unknown): value is PublishedFile {
  return typeof value === "object" && value !== null && "file_name" in value && "url" in value;
}
