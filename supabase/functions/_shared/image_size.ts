/** Pixels. */
export type Size = { width: number; height: number };

/**
 * Reads width and height off the beginning of a PNG, GIF, JPEG, WebP or AVIF; null where it is none
 * of them, or they stand further on. What a JPEG's EXIF turns is turned here too.
 */
export function imageSize(bytes: Uint8Array): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = png(view) ?? gif(view) ?? webp(view) ?? avif(view) ?? jpeg(view);
    return size !== null && size.width > 0 && size.height > 0 ? size : null;
  } catch (error) {
    // Reading past the end: what was fetched is too short.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** PNG, 11.2.1: IHDR comes first. */
function png(view: DataView): Size | null {
  if (view.getUint32(0) !== 0x89504e47 || text(view, 12, 4) !== "IHDR") return null;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** GIF89a, 18: the logical screen. */
function gif(view: DataView): Size | null {
  if (text(view, 0, 4) !== "GIF8") return null;
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** RFC 9649: VP8 (lossy), VP8L (lossless), VP8X (extended). */
function webp(view: DataView): Size | null {
  if (text(view, 0, 4) !== "RIFF" || text(view, 8, 4) !== "WEBP") return null;
  switch (text(view, 12, 4)) {
    case "VP8 ":
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: (bits >>> 14 & 0x3fff) + 1 };
    }
    case "VP8X":
      return { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
    default:
      return null;
  }
}

/** AVIF (ISO 23008-12): the largest `ispe` box; thumbnails and alpha have one of their own. */
function avif(view: DataView): Size | null {
  if (text(view, 4, 4) !== "ftyp" || !/^(avif|avis|mif1)$/.test(text(view, 8, 4))) return null;
  let best: Size | null = null;
  for (let at = 8; at + 16 <= view.byteLength; at++) {
    if (view.getUint32(at) !== 0x69737065) continue;
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (best === null || size.width * size.height > best.width * best.height) best = size;
  }
  return best;
}

/** ITU T.81, B.2.2: the frame header, behind the segments before it. */
function jpeg(view: DataView): Size | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  /** By the first EXIF that there is: each may have 65,535 entries, and a file a million of them. */
  let turned: boolean | null = null;
  for (let at = 2; at < view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    // C4, C8 and CC are tables; the rest of C0 to CF are frames.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return turned ? { width: height, height: width } : { width, height };
    }
    if (marker === 0xe1 && turned === null && text(view, at + 4, 4) === "Exif") {
      turned = isTurned(view, at + 10);
    }
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** TIFF 6.0: orientation (tag 0x0112) 5 to 8 stands on its side. */
function isTurned(view: DataView, tiff: number): boolean {
  const little = text(view, tiff, 2) === "II";
  const directory = tiff + view.getUint32(tiff + 4, little);
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (view.getUint16(entry, little) === 0x0112) return view.getUint16(entry + 8, little) >= 5;
  }
  return false;
}

function uint24(view: DataView, at: number): number {
  return view.getUint8(at) | view.getUint8(at + 1) << 8 | view.getUint8(at + 2) << 16;
}

function text(view: DataView, at: number, length: number): string {
  return String.fromCharCode(
    ...Array.from({ length }, (_, i) => view.getUint8(at + i)),
  );
}
