import assert from "node:assert/strict";
import { readBlocks } from "./read_blocks.ts";

Deno.test("only blocks that are marked are run, with what their output has to contain", () => {
  const text = [
    "# A",
    "```sh",
    "rm -rf nothing",
    "```",
    "```sh run",
    'curl x   # → "status":"ok"',
    "# → and this",
    "```",
    "```sh run",
    "true",
    "```",
  ].join("\n");

  assert.deepEqual(readBlocks(text), [
    {
      line: 6,
      text: 'curl x   # → "status":"ok"\n# → and this',
      expects: ['"status":"ok"', "and this"],
    },
    { line: 10, text: "true", expects: [] },
  ]);
});

Deno.test("a block that never ends is a fault of the document, told by its line", () => {
  assert.throws(() => readBlocks("a\n```sh run\ntrue"), /Line 2/);
});
