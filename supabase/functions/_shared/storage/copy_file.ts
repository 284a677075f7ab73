import type { StorageClient } from "@supabase/storage-js";
import { withDeadline } from "../deadline.ts";
import { readFetchFailure } from "../fetch_failure.ts";
import type { Log } from "../log.ts";
import type { GuardedFetch } from "../outbound/guarded_fetch.ts";
import { OutboundFailure } from "../outbound/outbound_failure.ts";
import type { Done } from "../provider.ts";
import { mayPassLater } from "../refusal.ts";
import type { Output } from "../transitions/results.ts";
import { countBytes } from "./count_bytes.ts";
import type { FilmUrls } from "./url_of.ts";
import { lookAtStart } from "./video_start.ts";

export const BUCKET = "films";

export type StorageDeps = {
  /** Of a service_role client, whose calls end by themselves after `timeoutMs`. */
  storage: StorageClient;
  /** Fetches what the provider made. */
  fetch: GuardedFetch;
  /** Milliseconds for one file. */
  timeoutMs: number;
};

/** What it takes to store files that others are to open. */
export type StoreDeps = StorageDeps & { filmUrls: FilmUrls; log: Log };

/** Why a file was not copied. The message names no URL: a signed one opens the file. */
export class NotCopied extends Error {
  override name = "NotCopied";

  constructor(message: string, readonly retryable: boolean) {
    super(message);
  }
}

/** What was made with Storage's help, or the failure of the step where that did not copy a file. */
export async function doneByCopying(make: () => Promise<Output>): Promise<Done> {
  try {
    return { state: "completed", output: await make() };
  } catch (error) {
    if (!(error instanceof NotCopied)) throw error;
    const { message, retryable } = error;
    return { state: "failed", error: { message, retryable } };
  }
}

export type Copy = { from: string; to: string; kind: "video" | "image" };

/**
 * Streams a file from a provider's URL into the bucket; what was there is replaced, so that a
 * second copy does no harm. A function has 256 MB: the file is never whole in memory.
 *
 * @throws {NotCopied}
 */
export async function copyFile(deps: StorageDeps, { from, to, kind }: Copy): Promise<void> {
  if (!/^https?:/i.test(from)) throw new NotCopied("Cannot fetch file: not an http URL", false);

  const over = new AbortController();
  try {
    await withDeadline(deps.timeoutMs, async (deadline) => {
      const signal = AbortSignal.any([deadline, over.signal]);
      const source = await open(deps.fetch, from, signal);
      const { body, type: contentType } = kind === "video"
        ? await onlyVideo(source.body)
        : { body: source.body, type: imageType(source.contentType) };
      const { error } = await deps.storage.from(BUCKET).upload(to, body, {
        contentType,
        upsert: true,
      });
      if (error) throw notStored(error, { isWhole: source.isWhole() });
    });
  } catch (error) {
    if (error instanceof NotCopied) throw error;
    const refused = error instanceof OutboundFailure && error.kind === "not_allowed";
    throw new NotCopied(`Cannot fetch file: ${readFetchFailure(error).words}`, !refused);
  } finally {
    // A Storage that refuses reads no further, and nobody else would let go of the source.
    over.abort();
  }
}

async function open(fetch: StorageDeps["fetch"], url: string, signal: AbortSignal) {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    const gone = response.status === 404 || response.status === 410;
    throw new NotCopied(`Cannot fetch file: its source answered ${response.status}`, !gone);
  }
  // What is decoded on the way has another length than announced. One that is said twice (RFC 9110,
  // 8.6) was found to be the same when the answer was read.
  const encoded = response.headers.has("content-encoding");
  const announced = encoded ? null : response.headers.get("content-length");

  return {
    ...countBytes(response.body, announced === null ? null : parseInt(announced)),
    contentType: response.headers.get("content-type"),
  };
}

/**
 * Players go by the type, and some show no WebM under the name of another. An empty file is told apart at
 * its end, where a broken one is.
 */
async function onlyVideo(source: ReadableStream<Uint8Array>) {
  const { body, type } = await lookAtStart(source);
  if (type !== null) return { body, type };
  await body.cancel();
  throw new NotCopied("Cannot store film: what its source sent is no video", false);
}

function notStored(
  error: { message: string; status?: number },
  { isWhole }: { isWhole: boolean },
): NotCopied {
  if (error.status === undefined) {
    return isWhole
      ? new NotCopied("Cannot store file: Storage gave no answer", true)
      : new NotCopied("Cannot copy file: it broke off", true);
  }
  const message = `Cannot store file: ${error.message} (${error.status})`;
  return new NotCopied(message, mayPassLater(error.status));
}

/** Of all that is called an image, an SVG alone may hold a script, which would run as the project's own. */
const PICTURES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]);

/** A source that says `application/octet-stream` is not believed. */
function imageType(said: string | null): string {
  const type = said?.split(";")[0]?.trim().toLowerCase() ?? "";
  return PICTURES.has(type) ? type : "image/jpeg";
}
