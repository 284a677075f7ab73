import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { httpReader, mp4Duration } from "./mp4_duration.ts";
import { withServer } from "../testing/loopback.ts";

/** Seconds that the movie says of itself. */
const LENGTH = 5.04;

Deno.test("an MP4 file tells its length, wherever its header stands", async () => {
  assert.equal(await lengthOf([ftyp(), moov(), mdat(10)]), LENGTH);
  assert.equal(await lengthOf([ftyp(), mdat(500_000), moov()]), LENGTH);
  assert.equal(await lengthOf([ftyp(), mdat(500_000, "long"), moov("long")]), LENGTH);
});

Deno.test("a sound that ends after the picture makes no clip longer", async () => {
  const file = [
    ftyp(),
    box("moov", Buffer.concat([mvhd(9), trak("soun", 9), trak("vide", LENGTH)])),
  ];

  assert.equal(await lengthOf(file), LENGTH);
});

Deno.test("a header that is longer than one request is read whole", async () => {
  const long = [
    mvhd(9),
    trak("soun", 9),
    box("udta", new Uint8Array(100_000)),
    trak("vide", LENGTH),
  ];

  assert.equal(await lengthOf([ftyp(), box("moov", Buffer.concat(long))]), LENGTH);
});

Deno.test("a header of more parts than any clip has says nothing", async () => {
  const free = (count: number) =>
    Array.from({ length: count }, () => box("free", new Uint8Array()));

  assert.equal(await lengthOf([ftyp(), box("moov", Buffer.concat([...free(90), mvhd(9)]))]), 9);
  assert.equal(
    await lengthOf([ftyp(), box("moov", Buffer.concat([...free(5000), mvhd(9)]))]),
    null,
  );
});

Deno.test("what is no MP4 file, is cut off, or says nothing has no length", async () => {
  assert.equal(await lengthOf([new TextEncoder().encode("<!doctype html>".repeat(100))]), null);
  assert.equal(await lengthOf([]), null);
  assert.equal(await lengthOf([ftyp()]), null);
  assert.equal(await lengthOf([ftyp(), moov().subarray(0, 20)]), null);
  assert.equal(await lengthOf([ftyp(), box("moov", box("mvhd", new Uint8Array(100)))]), null);
  for (const [version, ones] of [[0, 4], [1, 8]] as const) {
    const unknown = new Uint8Array(112);
    unknown[0] = version;
    unknown[version === 1 ? 23 : 15] = 1;
    unknown.fill(0xff, version === 1 ? 24 : 16, (version === 1 ? 24 : 16) + ones);
    assert.equal(await lengthOf([ftyp(), box("moov", box("mvhd", unknown))]), null);
  }
  // A box of no size would be looked at for ever.
  assert.equal(await lengthOf([new Uint8Array(64)]), null);
});

Deno.test("a server that knows no ranges is read to where the header is", async () => {
  const file = Buffer.concat([ftyp(), mdat(200_000), moov()]);
  for (const ranges of [true, false]) {
    await withServer((call) => {
      const [, from = "0", to = "0"] = /bytes=(\d+)-(\d+)/.exec(call.headers.get("range") ?? "") ??
        [];
      return ranges
        ? new Response(file.slice(Number(from), Number(to) + 1), { status: 206 })
        : new Response(file.slice());
    }, async ({ url }) => {
      const reader = httpReader(fetch, `${url}/film.mp4`, AbortSignal.timeout(5000));
      assert.equal(await mp4Duration(reader), LENGTH, `ranges: ${ranges}`);
    });
  }
});

function lengthOf(boxes: Uint8Array[]): Promise<number | null> {
  const file = Buffer.concat(boxes);
  return mp4Duration((offset, length) => Promise.resolve(file.subarray(offset, offset + length)));
}

function ftyp(): Uint8Array {
  return box("ftyp", new TextEncoder().encode("isomisom"));
}

function mdat(bytes: number, form: "short" | "long" = "short"): Uint8Array {
  return box("mdat", new Uint8Array(bytes), form);
}

function moov(form: "short" | "long" = "short"): Uint8Array {
  return box("moov", mvhd(LENGTH, form));
}

function mvhd(seconds: number, form: "short" | "long" = "short"): Uint8Array {
  return box("mvhd", times(seconds, form));
}

function trak(handler: string, seconds: number): Uint8Array {
  const hdlr = new TextEncoder().encode(`\0\0\0\0\0\0\0\0${handler}\0\0\0\0`);
  return box("trak", box("mdia", Buffer.concat([box("mdhd", times(seconds)), box("hdlr", hdlr)])));
}

function times(seconds: number, form: "short" | "long" = "short"): Uint8Array {
  const isLong = form === "long";
  const body = new DataView(new ArrayBuffer(isLong ? 112 : 100));
  body.setUint8(0, isLong ? 1 : 0);
  body.setUint32(isLong ? 20 : 12, 1000);
  if (isLong) body.setBigUint64(24, BigInt(seconds * 1000));
  else body.setUint32(16, seconds * 1000);
  return new Uint8Array(body.buffer);
}

function box(type: string, body: Uint8Array, form: "short" | "long" = "short"): Uint8Array {
  const head = new DataView(new ArrayBuffer(form === "long" ? 16 : 8));
  const size = body.byteLength + head.byteLength;
  head.setUint32(0, form === "long" ? 1 : size);
  for (const [n, letter] of [...type].entries()) head.setUint8(4 + n, letter.charCodeAt(0));
  if (form === "long") head.setBigUint64(8, BigInt(size));
  return Buffer.concat([new Uint8Array(head.buffer), body]);
}
