import assert from "node:assert/strict";
import { work } from "../fal/fixture.ts";
import { withServer } from "../testing/loopback.ts";
import { checkFrame } from "./check_frame.ts";

const MIB = 2 ** 20;

async function look(answer: Response) {
  return await withServer(() => answer, async ({ url }) =>
    await checkFrame(
      { fetch, timeoutMs: 10_000 },
      work({
        step: "check_frame",
        input: { image_url: `${url}/frame.jpg`, width: 720, height: 1280 },
      }),
    ));
}

function why(answer: Awaited<ReturnType<typeof look>>): unknown {
  return answer.state === "failed" ? answer.error : answer.output;
}

/** As long as a JPEG file of that many bytes, and beginning as one. */
function jpeg(bytes: number) {
  const file = new Uint8Array(bytes);
  file.set([0xff, 0xd8]);
  return file;
}

Deno.test("a frame that shows next to nothing is told by the size of its file", async () => {
  const plain = await look(new Response(jpeg(6000)));
  const picture = await look(new Response(jpeg(120_000)));
  const other = await look(new Response(new Uint8Array(6000)));

  assert.equal(plain.state === "completed" && plain.output?.is_plain, true);
  assert.equal(picture.state === "completed" && picture.output?.is_plain, false);
  // Of what is neither JPEG nor PNG the size says nothing.
  assert.equal(other.state === "completed" && other.output?.is_plain, false);
});

Deno.test("a frame without an end is given up, with no more of it in memory than a frame may have", async () => {
  let sent = 0;
  async function* endless() {
    for (; sent < 400; sent++) yield new Uint8Array(MIB);
  }

  assert.deepEqual(why(await look(new Response(ReadableStream.from(endless())))), {
    message: "Cannot look at frame: it is larger than 32 MiB",
    retryable: false,
  });
  assert.ok(sent < 100, `${sent} MiB were sent`);
});

Deno.test("a frame that is gone is not asked for again, one that is not to be had now is", async () => {
  assert.deepEqual(why(await look(new Response(null, { status: 404 }))), {
    message: "Cannot look at frame: its source answered 404",
    retryable: false,
  });
  assert.deepEqual(why(await look(new Response(null, { status: 503 }))), {
    message: "Cannot look at frame: its source answered 503",
    retryable: true,
  });
});
