import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT_ROOT } from "../project_root.ts";
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
    '```sh run → "at":1',
    "date",
    "```",
  ].join("\n");

  assert.deepEqual(readBlocks(text), [
    {
      line: 6,
      text: 'curl x   # → "status":"ok"\n# → and this',
      expects: ['"status":"ok"', "and this"],
    },
    { line: 10, text: "true", expects: [] },
    { line: 13, text: "date", expects: ['"at":1'] },
  ]);
});

Deno.test("what README and the way to the cloud give to type is no more than that: zsh takes # for an argument", async () => {
  for (const path of ["README.md", "docs/deploying.md", "bench/README.md"]) {
    const markdown = await Deno.readTextFile(join(PROJECT_ROOT, path));
    for (const [, commands] of markdown.matchAll(/^```sh.*\n([^]*?)^```$/gm)) {
      assert.doesNotMatch(commands ?? "", /(^|\s)# /m, path);
    }
  }
});

Deno.test("a block that never ends is a fault of the document, told by its line", () => {
  assert.throws(() => readBlocks("a\n```sh run\ntrue"), /Line 2/);
});
