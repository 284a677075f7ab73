import assert from "node:assert/strict";
import { findUnstorable, toStorable } from "./storable.ts";

Deno.test("the path of what Postgres cannot hold is found in values and keys", () => {
  assert.equal(findUnstorable({ scenes: [{ prompt: "a" }, { prompt: "\0" }] }), "scenes.1.prompt");
  assert.equal(findUnstorable({ a: { "b\ud800": 1 } }), "a");
  assert.equal(findUnstorable("\udc00\ud800"), "");
});

Deno.test("what Postgres can hold is left alone, whole surrogate pairs included", () => {
  const value = { a: ["🎬", "\u0001", null, 1.5, true], "é": "\\u0000" };

  assert.equal(findUnstorable(value), null);
  assert.deepEqual(toStorable(value), value);
});

Deno.test("a copy for Postgres has replacement characters in their place", () => {
  assert.deepEqual(
    toStorable({ "k\0": ["a\0b", "\ud83c"], ok: 1 }),
    { "k\ufffd": ["a\ufffdb", "\ufffd"], ok: 1 },
  );
});
