import assert from "node:assert/strict";
import { LARGEST_BODY, readBody } from "./read_body.ts";

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

Deno.test("a body that stays away is left when the signal says so", async () => {
  const controller = new AbortController();
  const silent = new ReadableStream<Uint8Array>({
    start: (stream) => stream.enqueue(new Uint8Array([1])),
  });

  const reading = readBody(silent, LARGEST_BODY, controller.signal);
  controller.abort(new Error("Too late"));

  await assert.rejects(reading, /Too late/);
});
