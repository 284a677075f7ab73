import assert from "node:assert/strict";
import { readBlocks } from "./read_blocks.ts";
import { runDocument } from "./run_document.ts";

const run = (markdown: string) =>
  runDocument(readBlocks(markdown), { cwd: ".", env: { GREETING: "hello" } });

Deno.test("blocks of a document share one shell, and see what was set before", async () => {
  const ran = await run("```sh run\nA=1\n```\n```sh run\necho $GREETING $A  # → hello 1\n```");

  assert.deepEqual(ran, { ok: true, blocks: 2 });
});

Deno.test("a command that fails, or does not say what it should, fails its block", async () => {
  const failed = await run("```sh run\ntrue\n```\n```sh run\nls /nowhere-at-all\n```");
  const silent = await run("```sh run\necho no  # → yes\n```");
  const piped = await run("```sh run\nfalse | true\n```");

  assert.deepEqual([failed.ok, !failed.ok && failed.line], [false, 5]);
  assert.match(failed.ok ? "" : failed.why, /nowhere-at-all/);
  assert.match(silent.ok ? "" : silent.why, /has no yes/);
  assert.equal(piped.ok, false);
});
