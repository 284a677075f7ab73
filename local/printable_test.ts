import assert from "node:assert/strict";
import { inOneLine, printable, printableCopy, printableJson } from "./printable.ts";

const ESCAPES = [
  "\x1b[2J",
  "\x1b]0;title\x07",
  "\x1b]52;c;Y3VybA==\x1b\\",
  "\x9b2J",
  "\x08\x08",
  "\r",
  "\0",
  "\x7f",
  "\u202e",
  "\u2066",
];

Deno.test("no text moves the cursor, sets a title, fills the clipboard or turns a line around", () => {
  for (const escape of ESCAPES) {
    for (const shown of [printable(`a${escape}b`), inOneLine(`a${escape}b`)]) {
      assert.doesNotMatch(shown, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u, JSON.stringify(escape));
      assert.match(shown, /^a.*b$/);
    }
  }
});

Deno.test("lines and tabs stay where there may be several, and are spaces where there is one", () => {
  assert.equal(printable("a\r\nb\tc\nd é 映画 🎬"), "a\nb\tc\nd é 映画 🎬");
  assert.equal(inOneLine("a\r\nb\tc\n\nd é 映画 🎬"), "a b c d é 映画 🎬");
});

Deno.test("a copy is printable however deep it goes, and the original is left alone", () => {
  const story = { name: "a\x1bb", at: 1, scenes: [{ prompt: "c\x9bd", error: null }] };

  assert.deepEqual(printableCopy(story), {
    name: "a\ufffdb",
    at: 1,
    scenes: [{ prompt: "c\ufffdd", error: null }],
  });
  assert.equal(story.name, "a\x1bb");
});

Deno.test("JSON says the same in characters that a terminal shows", () => {
  const value = { text: ESCAPES.join(""), lines: "a\nb" };
  const json = printableJson(value);

  assert.doesNotMatch(json, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  assert.deepEqual(JSON.parse(json), value);
});
