import assert from "node:assert/strict";
import { createKeeper } from "./keeper.ts";

Deno.test("where the machine starts no process, whoever waits for the function is told, and nobody else ends", async () => {
  const stopping = new AbortController();
  const lines: string[] = [];
  const keeper = createKeeper({
    start() {
      throw new Error("Too many open files");
    },
    signal: stopping.signal,
    log: (line) => lines.push(line),
  });

  await assert.rejects(keeper.ready(), /Too many open files/);
  stopping.abort();
  await keeper.end();

  assert.match(lines[0] ?? "", /^no process starts \(Too many open files\), starting it again in/);
  assert.equal(keeper.process(), null);
});
