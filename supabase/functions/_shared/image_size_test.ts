import assert from "node:assert/strict";
import { imageSize } from "./image_size.ts";

/** Beginnings of files of 320 x 180 pixels, as ffmpeg writes them. */
const PNG = "89504e470d0a1a0a0000000d4948445200000140000000b4080200";
const GIF = "4749463839614001b400f71f3100";
const WEBP = "524946468c090000574542505650382080090000b041009d012a4001b4003e91";
/** RFC 9649: a lossless and an extended file of 320 x 180. */
const WEBP_LOSSLESS = "524946460000000057454250565038" + "4c000000002f" + "3fc12c00";
const WEBP_EXTENDED = "5249464600000000574542505650385800000000" + "00000000" + "3f0100" + "b30000";
const SOF = "ffc0001108" + "00b4" + "0140" + "03012200021101031101";
const JFIF = "ffd8" + "ffe000104a46494600010200000100010000";
const DHT = "ffc40006000000ff";
/** TIFF, little-endian: one entry, the orientation. */
const exif = (orientation: number) =>
  "ffe10022457869660000" + "49492a0008000000" + "0100" + `12010300010000000${orientation}000000` +
  "00000000";
const ISPE = (width: string, height: string) => `00000014697370650000000${"0"}${width}${height}`;
const AVIF = "0000001c667479706176696600000000" + "6d696631" + "61766966" + "6d696166" +
  ISPE("000000a0", "0000005a") + ISPE("00000140", "000000b4");

const SIZE = { width: 320, height: 180 };

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

Deno.test("width and height are read off PNG, GIF, JPEG, WebP and AVIF", () => {
  const jpegs = [JFIF + DHT + SOF, JFIF + "ff" + SOF];
  for (const hex of [PNG, GIF, WEBP, WEBP_LOSSLESS, WEBP_EXTENDED, ...jpegs, AVIF]) {
    assert.deepEqual(imageSize(bytes(hex)), SIZE, hex);
  }
});

Deno.test("a JPEG that its EXIF turns on its side is as high as it is wide", () => {
  assert.deepEqual(imageSize(bytes("ffd8" + exif(1) + SOF)), SIZE);
  assert.deepEqual(imageSize(bytes("ffd8" + exif(6) + SOF)), { width: 180, height: 320 });
});

Deno.test("of several EXIF segments the first is read: a file may be made of nothing else", () => {
  assert.deepEqual(imageSize(bytes("ffd8" + exif(1) + exif(6) + SOF)), SIZE);
  assert.deepEqual(imageSize(bytes("ffd8" + exif(6) + exif(1) + SOF)), { width: 180, height: 320 });
});

Deno.test("what is cut off, no image, or has no pixels has no size", () => {
  for (const hex of [PNG, GIF, WEBP, JFIF + DHT + SOF]) {
    for (let length = 0; length < 10; length++) {
      assert.equal(imageSize(bytes(hex).subarray(0, length)), null);
    }
  }
  for (const text of ["", "<html>", "RIFF    WAVE", "\xff\xd8 not a segment"]) {
    assert.equal(imageSize(Uint8Array.from(text, (char) => char.charCodeAt(0))), null);
  }
  assert.equal(imageSize(bytes(PNG.replace("00000140", "00000000"))), null);
});
