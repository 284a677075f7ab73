import assert from "node:assert/strict";
import { streamWords } from "./event_stream.ts";

/** A stream of what a generator says, and how often it was told to have ended. */
function streamOf(words: () => AsyncGenerator<string, void>) {
  let ends = 0;
  const reader = streamWords(words(), () => ends++).getReader();
  return { reader, ends: () => ends };
}

Deno.test("a stream has ended once when all is said", async () => {
  const { reader, ends } = streamOf(async function* () {
    yield "a";
  });

  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "a");
  assert.equal((await reader.read()).done, true);
  assert.equal(ends(), 1);
});

Deno.test("a stream has ended once when its reader has gone", async () => {
  const { reader, ends } = streamOf(async function* () {
    yield "a";
    yield "b";
  });

  await reader.read();
  await reader.cancel();

  assert.equal(ends(), 1);
});

Deno.test("a stream has ended, too, when what it says breaks", async () => {
  // deno-lint-ignore require-yield
  const { reader, ends } = streamOf(async function* () {
    throw new Error("nothing more to say");
  });

  await assert.rejects(reader.read(), /nothing more to say/);
  assert.equal(ends(), 1);
});
