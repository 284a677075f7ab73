import assert from "node:assert/strict";
import { imageSize } from "./image_size.ts";

Deno.test("a JPEG tells its size in its frame header, behind whatever stands before it", () => {
  const app0 = [0xff, 0xe0, 0, 4, 1, 2];
  // Huffman tables are marked like a frame, and are none.
  const tables = [0xff, 0xc4, 0, 5, 9, 9, 9];
  const frame = [0xff, 0xc0, 0, 11, 8, 0x05, 0x00, 0x02, 0xd0, 1, 1, 0x11, 0];

  const size = imageSize(new Uint8Array([0xff, 0xd8, ...app0, ...tables, 0xff, ...frame]));

  assert.deepEqual(size, { width: 720, height: 1280 });
});

Deno.test("a PNG tells its size in its first chunk", () => {
  const name = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  const chunk = [0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0x02, 0xd0, 0, 0, 0x05, 0x00];

  assert.deepEqual(imageSize(new Uint8Array([...name, ...chunk])), { width: 720, height: 1280 });
});

Deno.test("what is cut off, or no image, has no size", () => {
  const cases = [[], [0xff, 0xd8], [0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff], [0x47, 0x49, 0x46]];
  for (const bytes of cases) assert.equal(imageSize(new Uint8Array(bytes)), null);
  assert.equal(imageSize(new TextEncoder().encode("<!doctype html>".repeat(9))), null);
});
