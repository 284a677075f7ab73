import assert from "node:assert/strict";
import { type BytesIn, bytesIn, readUntil } from "./bytes_in.ts";

const END = new TextEncoder().encode("\r\n\r\n");

/** Says `text` in pieces of so many bytes. */
function inPieces(text: string, size: number): BytesIn {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return bytesIn({
    read(into) {
      const piece = bytes.subarray(at, at + Math.min(size, into.length));
      at += piece.length;
      into.set(piece);
      return Promise.resolve(piece.length || null);
    },
  });
}

Deno.test("readUntil finds the end wherever the pieces break, and puts back what stands behind it", async () => {
  for (let size = 1; size <= 12; size++) {
    const source = inPieces("head\r\n\r\nbody", size);
    const head = await readUntil(source, END, 100);
    assert.equal(new TextDecoder().decode(head ?? undefined), "head");

    let rest = "";
    for (let more = await source.read(); more; more = await source.read()) {
      rest += new TextDecoder().decode(more);
    }
    assert.equal(rest, "body", `in pieces of ${size}`);
  }
  assert.equal(await readUntil(inPieces("no end", 2), END, 100), null);
  assert.equal(await readUntil(inPieces(`${"x".repeat(101)}\r\n\r\n`, 7), END, 100), null);
});

Deno.test("what drips byte by byte is not copied for each of them", async () => {
  const bytes = 800_000;
  const until = Date.now() + 15_000;
  let read = 0;
  const dripping: BytesIn = {
    // One copy of all for each byte would be 320 GB.
    read: () => Promise.resolve(Date.now() > until ? null : (read++, Uint8Array.of(120))),
    unread() {},
  };

  assert.equal(await readUntil(dripping, END, bytes), null);
  assert.equal(read, bytes + 1);
});
