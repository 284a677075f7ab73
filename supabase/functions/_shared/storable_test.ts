import assert from "node:assert/strict";
import { beginning, findUnstorable, isStorableJson, toStorable } from "./storable.ts";

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

Deno.test("JSON that Postgres takes and JSON that it does not are told apart by their text", () => {
  for (const text of ['{"prompt":"5e, 🎬\\n","n":12.50}', '"\\u00e9"', "1E2", "[-0.5e-3]"]) {
    assert.equal(isStorableJson(text), true, text);
  }
  for (const text of ['"\\u0000"', '"\\ud83c"', "1e999", "9".repeat(310), "1e-20000"]) {
    assert.equal(isStorableJson(text), false, text.slice(0, 20));
  }
});

Deno.test("the beginning of a text ends with a whole character", () => {
  assert.equal(beginning("ab🎬c", 2), "ab");
  assert.equal(beginning("ab🎬c", 3), "ab");
  assert.equal(beginning("ab🎬c", 4), "ab🎬");
  assert.equal(beginning("🎬", 9), "🎬");
});
