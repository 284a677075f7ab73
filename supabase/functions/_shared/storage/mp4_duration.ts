import type { GuardedFetch } from "../outbound/guarded_fetch.ts";

/*
 * How long the picture of an MP4 file lasts, by the file's own header (ISO/IEC 14496-12: `moov` holds
 * a `trak` for each track), read with a few range requests: a film's clips are not fetched whole to
 * learn their lengths. A track of sound may end later than the picture, and a film goes by pictures.
 */

/** Bytes of one request. Files made for the web begin with their `moov`. */
const PAGE = 65_536;
/** A header that is larger is not one of a clip. */
const LARGEST_HEADER = 4_194_304;
/** Boxes that are looked at before giving up. */
const MOST_BOXES = 32;
/** Of one inside another: a header of 4 MiB has room for half a million of them, of no use to anybody. */
const MOST_BOXES_INSIDE = 100;

/** Reads bytes of a file from an offset on; fewer at its end. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** Seconds; null for what is no MP4 file, or does not say. */
export async function mp4Duration(readAt: ReadAt): Promise<number | null> {
  let at = 0;
  for (let left = MOST_BOXES; left > 0; left--) {
    const page = await readAt(at, PAGE);
    const [box] = boxesIn(page);
    if (!box) return null;
    if (box.type === "moov") {
      if (box.size > LARGEST_HEADER) return null;
      const whole = box.size <= page.byteLength ? page : await readAt(at, box.size);
      return pictureDuration(whole.subarray(box.size - box.bodySize, box.size));
    }
    at += box.size;
  }
  return null;
}

/** Reads a file at an http URL by range requests; one that is answered whole is cut to measure. */
export function httpReader(
  fetch: GuardedFetch,
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

type Box = { type: string; size: number; bodySize: number; body: Uint8Array };

/** The boxes that stand one after the other; the last one's body may be cut off by the page's end. */
function boxesIn(bytes: Uint8Array): Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: Box[] = [];
  let at = 0;
  while (at + 8 <= bytes.byteLength && boxes.length < MOST_BOXES_INSIDE) {
    const short = view.getUint32(at);
    const isLong = short === 1 && at + 16 <= bytes.byteLength;
    const size = isLong ? Number(view.getBigUint64(at + 8)) : short;
    const header = isLong ? 16 : 8;
    // A box of size 0 goes to the end of the file: nothing is behind it.
    if (size < header) break;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    boxes.push({
      type,
      size,
      bodySize: size - header,
      body: bytes.subarray(at + header, at + size),
    });
    at += size;
  }
  return boxes;
}

/** Of the track of pictures, else of the whole file. */
function pictureDuration(moov: Uint8Array): number | null {
  const boxes = boxesIn(moov);
  for (const { body } of boxes.filter(({ type }) => type === "trak")) {
    const media = boxesIn(bodyOf(boxesIn(body), "mdia"));
    const handler = String.fromCharCode(...bodyOf(media, "hdlr").subarray(8, 12));
    if (handler === "vide") return readLength(bodyOf(media, "mdhd"));
  }
  return readLength(bodyOf(boxes, "mvhd"));
}

function bodyOf(boxes: readonly Box[], type: string): Uint8Array {
  return boxes.find((box) => box.type === type)?.body ?? new Uint8Array();
}

/** `mvhd` and `mdhd` say time scale and duration in the same places. */
function readLength(body: Uint8Array): number | null {
  if (body.byteLength < 32 && !(body.byteLength >= 20 && body[0] === 0)) return null;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const isLong = view.getUint8(0) === 1;
  const scale = view.getUint32(isLong ? 20 : 12);
  const duration = isLong ? view.getBigUint64(24) : BigInt(view.getUint32(16));
  // All ones: whoever wrote the header did not know yet.
  const isKnown = duration > 0n && duration !== (isLong ? 2n ** 64n : 2n ** 32n) - 1n;
  return scale > 0 && isKnown ? Number(duration) / scale : null;
}
