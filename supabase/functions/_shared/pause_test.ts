import assert from "node:assert/strict";
import { pause } from "./pause.ts";

Deno.test("a pause ends by itself", async () => {
  assert.equal(await pause(1), undefined);
});

Deno.test("a pause ends when its signal aborts, before or during it, and leaves no timer", async () => {
  const during = new AbortController();
  const long = pause(3_600_000, during.signal);

  during.abort();

  await long;
  await pause(3_600_000, AbortSignal.abort());
});
