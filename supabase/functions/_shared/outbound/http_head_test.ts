import assert from "node:assert/strict";
import { type BytesIn, bytesIn } from "./bytes_in.ts";
import { readHead } from "./http_head.ts";

/** A server that says this at once, and no more. */
function saying(text: string): BytesIn {
  let rest = new TextEncoder().encode(text);
  return bytesIn({
    read(into) {
      const piece = rest.subarray(0, into.length);
      rest = rest.subarray(piece.length);
      into.set(piece);
      return Promise.resolve(piece.length || null);
    },
  });
}

function answerWith(headers: number): string {
  const lines = Array.from({ length: headers }, (_, n) => `x${n.toString(36)}:\r\n`);
  return `HTTP/1.1 200 OK\r\n${lines.join("")}\r\n`;
}

Deno.test("an answer has hundreds of headers at most: each costs a look at all before it", async () => {
  assert.equal([...(await readHead(saying(answerWith(500)))).headers].length, 500);
  for (const count of [501, 9000]) {
    await assert.rejects(readHead(saying(answerWith(count))), {
      kind: "bad_answer",
      words: "it answered with too many headers",
      sent: true,
    });
  }
});
