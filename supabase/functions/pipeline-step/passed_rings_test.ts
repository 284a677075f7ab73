import assert from "node:assert/strict";
import { createPassedRings } from "./passed_rings.ts";

Deno.test("a ring is heard by one of those that listen, each of them once", () => {
  const { pass, hear } = createPassedRings();
  const looks: string[] = [];
  hear(() => looks.push("first"));
  hear(() => looks.push("second"));

  pass();
  assert.deepEqual(looks, ["first"]);
  pass();
  assert.deepEqual(looks, ["first", "second"]);
});

Deno.test("rings that nobody heard have the next one that listens look once", () => {
  const { pass, hear } = createPassedRings();
  const looks: string[] = [];

  pass();
  pass();
  hear(() => looks.push("first"));
  hear(() => looks.push("second"));

  assert.deepEqual(looks, ["first"]);
});

Deno.test("who has ended listening hears nothing, and keeps no ring from others", () => {
  const { pass, hear } = createPassedRings();
  const looks: string[] = [];
  const end = hear(() => looks.push("first"));
  hear(() => looks.push("second"));

  end();
  pass();

  assert.deepEqual(looks, ["second"]);
});
