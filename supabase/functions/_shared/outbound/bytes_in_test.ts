import assert from "node:assert/strict";
import { type BytesIn, bytesIn, readUntil } from "./bytes_in.ts";
import { readBodyOf } from "./http_body.ts";

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

Deno.test("a line of a page is found in place: what stands behind it is copied for none of them", async () => {
  const page = new TextEncoder().encode("one\r\n\r\ntwo\r\n\r\nthree");
  const held: Uint8Array[] = [page];
  const source: BytesIn = {
    read: () => Promise.resolve(held.pop() ?? null),
    unread: (bytes) => void held.push(bytes),
  };

  for (const line of ["one", "two"]) {
    assert.equal(new TextDecoder().decode(await readUntil(source, END, 100) ?? undefined), line);
    assert.equal(held[0]?.buffer, page.buffer);
  }
});

Deno.test("a head that comes in crumbs is given up long before it is whole", async () => {
  await assert.rejects(readUntil(inPieces(`${"x".repeat(60_000)}\r\n\r\n`, 1), END, 65_536), {
    kind: "bad_answer",
    words: "it answers in crumbs",
  });
  const slow = await readUntil(inPieces(`${"x".repeat(60_000)}\r\n\r\n`, 64), END, 65_536);
  assert.equal(slow?.length, 60_000);
});

Deno.test("a body whose chunks hold next to nothing is given up, one of small chunks is not", async () => {
  const bodyOf = async (chunk: string, count: number) => {
    const said = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(count) + "0\r\n\r\n";
    const headers = new Headers({ "transfer-encoding": "chunked" });
    let length = 0;
    for await (const bytes of readBodyOf({ status: 200, headers }, inPieces(said, 65_536))) {
      length += bytes.length;
    }
    return length;
  };

  assert.equal(await bodyOf("x".repeat(200), 20_000), 4_000_000);
  assert.equal(await bodyOf("x", 4096), 4096, "what is short may come as it likes");
  await assert.rejects(bodyOf("x", 100_000), { words: "it answers in crumbs" });
  await assert.rejects(bodyOf("x".repeat(16), 100_000), { words: "it answers in crumbs" });
});
