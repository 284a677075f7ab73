import assert from "node:assert/strict";
import { DEEPEST, parseJson } from "./json.ts";

const parse = (text: string) => parseJson(new TextEncoder().encode(text));
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

Deno.test("JSON of every kind is parsed, with or without a byte order mark", () => {
  assert.deepEqual(parse('{"a":[1,null,"x"]}'), {
    ...{ ok: true, value: { a: [1, null, "x"] } },
    text: '{"a":[1,null,"x"]}',
  });
  assert.deepEqual(parse("3"), { ok: true, value: 3, text: "3" });
  assert.deepEqual(parse("\ufeff{}"), { ok: true, value: {}, text: "{}" });
});

Deno.test("what is not JSON is refused, whole or truncated", () => {
  for (const text of ["", "{", '{"a":1', "undefined", "{'a':1}", '{"a":1}}', "<html>"]) {
    assert.deepEqual(parse(text), { ok: false, message: "Not JSON" }, text);
  }
});

Deno.test("bytes that are not UTF-8 are refused", () => {
  const half = new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]);

  assert.deepEqual(parseJson(half), { ok: false, message: "Not UTF-8" });
});

Deno.test("64 levels are taken, 65 are not", () => {
  assert.equal(parse(nested(DEEPEST)).ok, true);
  assert.deepEqual(parse(nested(DEEPEST + 1)), {
    ok: false,
    message: "Nested deeper than 64 levels",
  });
});

Deno.test("a depth of 100,000 is refused, closed or not, in arrays and objects", () => {
  for (const text of [nested(100_000), "[".repeat(100_000), '{"a":'.repeat(100_000)]) {
    assert.deepEqual(parse(text), { ok: false, message: "Nested deeper than 64 levels" });
  }
});

Deno.test("brackets in strings and beside each other are no depth", () => {
  const quoted = JSON.stringify("[".repeat(200) + '"\\' + "{".repeat(200));

  assert.equal(parse(quoted).ok, true);
  assert.equal(parse(`{"\\"[[": ${quoted}}`).ok, true);
  assert.equal(parse(`[${Array(1000).fill("[{}]").join()}]`).ok, true);
});
