/*
 * How long an MP4 file is, by its own header (ISO/IEC 14496-12: `moov` holds `mvhd`), read with a few
 * range requests: a film's clips are not fetched whole to learn their lengths.
 */

/** Bytes of one request. Files made for the web begin with their `moov`. */
const PAGE = 65_536;
/** Boxes that are looked at before giving up. */
const MOST_BOXES = 32;

type Bytes = { view: DataView; from: number };

/** Reads bytes of a file from an offset on; fewer at its end. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** Seconds; null for what is no MP4 file, or does not say. */
export async function mp4Duration(readAt: ReadAt): Promise<number | null> {
  let at = 0;
  for (let left = MOST_BOXES; left > 0; left--) {
    const page = await pageAt(readAt, at);
    const box = boxAt(page, at);
    if (box === null) return null;
    if (box.type === "moov") return durationIn(page, at + box.header, at + box.size);
    at += box.size;
  }
  return null;
}

/** Reads a file at an http URL by range requests; one that is answered whole is cut to measure. */
export function httpReader(
  fetch: typeof globalThis.fetch,
  url: string,
  signal: AbortSignal,
): ReadAt {
  return async (offset, length) => {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const response = await fetch(url, { headers: { range }, signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      if (response.status === 416) return new Uint8Array();
      throw new Error(`it answered ${response.status}`);
    }
    const skipped = response.status === 206 ? 0 : offset;
    return await take(response.body, skipped, length);
  };
}

async function take(
  body: ReadableStream<Uint8Array>,
  skipped: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const reader = body.getReader();
  let seen = 0;
  while (seen < skipped + length) {
    const { done, value } = await reader.read();
    if (done) break;
    const part = value.subarray(Math.max(0, skipped - seen));
    const at = Math.max(0, seen - skipped);
    bytes.set(part.subarray(0, Math.max(0, length - at)), Math.min(at, length));
    seen += value.byteLength;
  }
  await reader.cancel();
  return bytes.subarray(0, Math.max(0, Math.min(length, seen - skipped)));
}

async function pageAt(readAt: ReadAt, at: number): Promise<Bytes> {
  const bytes = await readAt(at, PAGE);
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), from: at };
}

/** Null where no box begins. A box of size 0 goes to the end of the file: nothing is behind it. */
function boxAt({ view, from }: Bytes, at: number) {
  const start = at - from;
  if (start + 8 > view.byteLength) return null;
  const short = view.getUint32(start);
  const isLong = short === 1;
  if (isLong && start + 16 > view.byteLength) return null;
  const size = isLong ? Number(view.getBigUint64(start + 8)) : short;
  const header = isLong ? 16 : 8;
  if (size < header) return null;
  const type = String.fromCharCode(
    ...[4, 5, 6, 7].map((byte) => view.getUint8(start + byte)),
  );
  return { type, size, header };
}

/** `mvhd` comes first in a `moov` of every writer that is known, so it is on the same page. */
function durationIn(page: Bytes, from: number, to: number): number | null {
  let at = from;
  while (at < to) {
    const box = boxAt(page, at);
    if (box === null) return null;
    if (box.type === "mvhd") return readMvhd(page.view, at - page.from + box.header);
    at += box.size;
  }
  return null;
}

function readMvhd(view: DataView, start: number): number | null {
  if (start + 32 > view.byteLength) return null;
  const isLong = view.getUint8(start) === 1;
  const scale = view.getUint32(start + (isLong ? 20 : 12));
  const duration = isLong ? Number(view.getBigUint64(start + 24)) : view.getUint32(start + 16);
  return scale > 0 && duration > 0 ? duration / scale : null;
}
