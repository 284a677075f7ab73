import { Buffer } from "node:buffer";

/** Bytes that tell what a file is. */
const LENGTH = 12;

/** Boxes that an MP4 or QuickTime file begins with (ISO/IEC 14496-12; Apple's QuickTime format). */
const BOXES = new Set(["ftyp", "styp", "moov", "mdat", "free", "skip", "wide", "pnot"]);

/** Brands of pictures (ISO/IEC 23008-12, AVIF), whose files begin with `ftyp` as well. */
const PICTURES = new Set(["avif", "avis", "heic", "heix", "heim", "heis", "mif1", "msf1"]);

/** Matroska and WebM begin with an EBML header (RFC 8794). */
const EBML = "1a45dfa3";

/** What players are told that a file is; null: no video. */
type VideoType = "video/mp4" | "video/webm" | null;

/**
 * Looks at the first bytes of a stream that is said to be a video, and gives the whole of it back.
 * A page that says "not found" under a film's name is told apart here, and not by who watches it.
 */
export async function lookAtStart(
  body: ReadableStream<Uint8Array>,
): Promise<{ body: ReadableStream<Uint8Array>; type: VideoType }> {
  const reader = body.getReader();
  const begun: Uint8Array[] = [];
  let size = 0;
  while (size < LENGTH) {
    const { done, value } = await reader.read();
    if (done) break;
    begun.push(value);
    size += value.byteLength;
  }

  const whole = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = begun.shift() ?? (await reader.read()).value;
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { body: whole, type: typeOf(Buffer.concat(begun, LENGTH)) };
}

function typeOf(start: Buffer): VideoType {
  if (start.toString("hex", 0, 4) === EBML) return "video/webm";
  const box = start.toString("latin1", 4, 8);
  const brand = start.toString("latin1", 8, 12);
  return BOXES.has(box) && !(box === "ftyp" && PICTURES.has(brand)) ? "video/mp4" : null;
}
