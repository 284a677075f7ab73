import assert from "node:assert/strict";
import { LARGEST_BODY, readBody, readRequest } from "./read_body.ts";

const sent = (bytes: number) => new Response(new Uint8Array(bytes)).body;

Deno.test("1 MiB is read, one byte more is not", async () => {
  assert.equal((await readBody(sent(LARGEST_BODY)))?.length, 1_048_576);
  assert.equal(await readBody(sent(LARGEST_BODY + 1)), null);
});

Deno.test("the bytes come back in order over several chunks", async () => {
  const stream = ReadableStream.from([
    new Uint8Array([1, 2]),
    new Uint8Array([]),
    new Uint8Array([3]),
  ]);

  assert.deepEqual(await readBody(stream), new Uint8Array([1, 2, 3]));
});

Deno.test("no body is an empty one", async () => {
  assert.deepEqual(await readBody(null), new Uint8Array(0));
});

Deno.test("a body without end is left after a while", async () => {
  let given = 0;
  let left = false;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      given++;
      controller.enqueue(new Uint8Array(64 * 1024));
    },
    cancel() {
      left = true;
    },
  });

  assert.equal(await readBody(endless), null);
  assert.equal(left, true);
  assert.ok(given < 100, `${given} chunks were read`);
});

Deno.test("a request's body is the same bytes, whether its length was declared or not", async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const post = (headers: Record<string, string>) =>
    new Request("http://x.test", { method: "POST", body: bytes, headers });

  assert.deepEqual(await readRequest(post({})), bytes);
  assert.deepEqual(await readRequest(post({ "content-length": "3" })), bytes);
  assert.deepEqual(await readRequest(new Request("http://x.test")), new Uint8Array(0));
});

Deno.test("a declared length is no way past the limit", async () => {
  for (const declared of ["1", "5", "-1", "x", ""]) {
    const request = new Request("http://x.test", {
      method: "POST",
      body: new Uint8Array(5),
      headers: { "content-length": declared },
    });
    assert.equal(await readRequest(request, 4), null, declared);
  }
});

Deno.test("what is sent in chunks is counted, whatever length it declares", async () => {
  let pulled = 0;
  const body = new ReadableStream({
    pull(stream) {
      pulled++;
      stream.enqueue(new Uint8Array(1024 * 1024));
    },
  });
  const headers = { "content-length": "1", "transfer-encoding": "chunked" };
  const request = new Request("http://x.test", { method: "POST", body, headers });

  assert.equal(await readRequest(request), null);
  assert.ok(pulled < 10);
});
