import assert from "node:assert/strict";
import { Slots } from "./slots.ts";

const forEver = new AbortController().signal;

/** Holds the only slot until it is let go of. */
function held() {
  const slots = new Slots(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = slots.run(() => promise, forEver);
  return {
    slots,
    letGo: async () => {
      resolve();
      await first;
    },
  };
}

Deno.test("whoever waits for a slot gets it in order", async () => {
  const { slots, letGo } = held();
  const served: string[] = [];
  const serve = (name: string) => () => Promise.resolve(void served.push(name));
  const others = ["a", "b", "c"].map((name) => slots.run(serve(name), forEver));

  await letGo();
  await Promise.all(others);

  assert.deepEqual(served, ["a", "b", "c"]);
});

Deno.test("a slot is not lost on somebody who gave up waiting behind another", async () => {
  const { slots, letGo } = held();
  const served: string[] = [];
  const patient = slots.run(() => Promise.resolve(void served.push("patient")), forEver);
  const stop = new AbortController();
  const impatient = slots.run(() => Promise.resolve(void served.push("impatient")), stop.signal);
  stop.abort(new Error("It takes too long"));
  await assert.rejects(impatient, /It takes too long/);

  await letGo();
  await patient;

  assert.deepEqual(served, ["patient"]);
});

Deno.test("a slot that comes free while its next one gives up goes to the one behind", async () => {
  const { slots, letGo } = held();
  const stop = new AbortController();
  const impatient = slots.run(() => Promise.resolve(), stop.signal);
  const patient = slots.run(() => Promise.resolve("served"), forEver);

  const free = letGo();
  stop.abort(new Error("It takes too long"));
  await assert.rejects(impatient, /It takes too long/);
  await free;

  assert.equal(await patient, "served");
});
