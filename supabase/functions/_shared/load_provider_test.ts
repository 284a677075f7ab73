import assert from "node:assert/strict";
import { work } from "./fal/fixture.ts";
import { loadProvider } from "./load_provider.ts";
import type { StepProvider } from "./provider.ts";

const failed = () =>
  Promise.resolve({ state: "failed" as const, error: { message: "No", retryable: false } });
const PROVIDER: StepProvider = { submit: failed, ask: failed, find: failed, cancel: failed };

Deno.test("a provider is loaded with the first call to it, and once", async () => {
  let loads = 0;
  const provider = loadProvider(() => {
    loads++;
    return Promise.resolve(PROVIDER);
  });
  assert.equal(loads, 0);

  await Promise.all([provider.submit(work()), provider.ask(work())]);
  await provider.find(work());

  assert.equal(loads, 1);
});

Deno.test("a provider that could not be loaded is loaded by the next call", async () => {
  let loads = 0;
  const provider = loadProvider(() =>
    loads++ === 0 ? Promise.reject(new Error("Gone")) : Promise.resolve(PROVIDER)
  );

  await assert.rejects(provider.ask(work()), /Gone/);
  const answer = await provider.ask(work());

  assert.equal(answer.state, "failed");
});
