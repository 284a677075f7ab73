import assert from "node:assert/strict";
import { sleep, within } from "./deadline.ts";

Deno.test("a pause ends with the signal, and leaves no timer behind", async () => {
  const stop = new AbortController();
  const pause = sleep(3_600_000, stop.signal);
  stop.abort(new DOMException("Enough", "AbortError"));

  await assert.rejects(pause, { name: "AbortError" });
  await assert.rejects(sleep(3_600_000, stop.signal), { name: "AbortError" });
  await sleep(0, new AbortController().signal);
});

Deno.test("a deadline comes with the caller's signal, too", () => {
  const stop = new AbortController();
  const deadline = within(3_600_000, stop.signal);
  assert.equal(deadline.aborted, false);
  stop.abort();
  assert.equal(deadline.aborted, true);
});
