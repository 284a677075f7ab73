import assert from "node:assert/strict";
import { wrap } from "./caption_lines.ts";

const joined = (lines: readonly string[]) => lines.join("");

Deno.test("a line has 42 letters, or half as many characters that are twice as wide", () => {
  assert.deepEqual(wrap("x".repeat(50)), ["x".repeat(42), "x".repeat(8)]);
  for (const wide of ["雨", "あ", "ア", "한", "。", "🌧"]) {
    assert.deepEqual(wrap(wide.repeat(50)), [wide.repeat(21), wide.repeat(21), wide.repeat(8)]);
  }
  assert.deepEqual(wrap(`${"x".repeat(20)} ${"雨".repeat(11)}`).length, 2);
  assert.deepEqual(wrap(`${"x".repeat(19)} ${"雨".repeat(11)}`).length, 1);
});

Deno.test("a word is cut between characters as they are read: letters keep their marks, families stay together", () => {
  for (const one of ["ที่", "นำ", "क्षि", "e\u0301", "👨‍👩‍👧‍👦", "🇫🇷", "👍🏽"]) {
    const text = one.repeat(60);
    const lines = wrap(text);

    assert.equal(joined(lines), text);
    assert.ok(lines.length > 1);
    for (const line of lines) assert.ok(line.length % one.length === 0, `${one}: ${line}`);
  }
});

Deno.test("spaces of any kind divide words, and there is no empty line", () => {
  assert.deepEqual(wrap("One\n\n\u2028Two\u00a0three\t\tfour"), ["One Two three four"]);
});
