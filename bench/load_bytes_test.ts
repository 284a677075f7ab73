import assert from "node:assert/strict";
import { AnswerReader, toBytes } from "./load_bytes.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("a request's length counts bytes, not characters", () => {
  const request = { path: "/webhook", headers: { "x-key": "1" }, body: "é" };

  const text = new TextDecoder().decode(toBytes(request, "127.0.0.1:1"));

  assert.equal(
    text,
    "POST /webhook HTTP/1.1\r\nhost: 127.0.0.1:1\r\nx-key: 1\r\ncontent-length: 2\r\n\r\né",
  );
});

Deno.test("an answer is over with its last byte, however it is cut", () => {
  const answer = encode("HTTP/1.1 202 Accepted\r\nContent-Length: 4\r\n\r\nbody");

  for (let cut = 1; cut < answer.length; cut++) {
    const reader = new AnswerReader();
    assert.equal(reader.push(answer.subarray(0, cut)), null);
    assert.equal(reader.push(answer.subarray(cut)), "202");
  }
});

Deno.test("an answer that does not say how long it is cannot be measured", () => {
  const reader = new AnswerReader();

  assert.throws(
    () => reader.push(encode("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")),
    /without a length/,
  );
});
