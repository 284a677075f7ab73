import assert from "node:assert/strict";
import { lookAtStart } from "./video_start.ts";

const text = new TextEncoder();
const MP4 = new Uint8Array([0, 0, 0, 32, ...text.encode("ftypisom and then a film")]);
const WEBM = new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, ...text.encode("and then a film")]);

function streamOf(...parts: Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(parts);
}

Deno.test("a video is known by its first bytes, in how many pieces they may come", async () => {
  const letters = Array.from(MP4, (byte) => new Uint8Array([byte]));

  for (const parts of [[MP4], letters, [WEBM]]) {
    const { body, type } = await lookAtStart(streamOf(...parts));
    const whole = new Uint8Array(await new Response(body).arrayBuffer());

    assert.equal(type, parts[0] === WEBM ? "video/webm" : "video/mp4");
    assert.deepEqual(whole, parts[0] === WEBM ? WEBM : MP4);
  }
});

Deno.test("a page, a picture, a few bytes and nothing are no video", async () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]);

  const avif = new Uint8Array([0, 0, 0, 32, ...text.encode("ftypavif and then a picture")]);

  for (
    const bytes of [text.encode("<!doctype html><title>Not found"), png, avif, MP4.slice(0, 6)]
  ) {
    assert.equal((await lookAtStart(streamOf(bytes))).type, null);
  }
  assert.equal((await lookAtStart(streamOf())).type, null);
});

Deno.test("a stream that breaks breaks for who reads it on", async () => {
  async function* breaking() {
    yield MP4;
    await Promise.resolve();
    throw new Error("gone");
  }
  const { body } = await lookAtStart(ReadableStream.from(breaking()));

  await assert.rejects(new Response(body).arrayBuffer(), /gone/);
});
