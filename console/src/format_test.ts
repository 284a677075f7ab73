import assert from "node:assert/strict";
import { ago, percent, pretty, safeUrl, shortId, span, unbroken, usd, words } from "./format.ts";

const AT = "2026-11-22T10:00:00Z";
const after = (ms: number) => Date.parse(AT) + ms;

Deno.test("a moment is told by its distance, past or to come", () => {
  assert.equal(ago(AT, after(900)), "just now");
  assert.equal(ago(AT, after(42_000)), "42 s ago");
  assert.equal(ago(AT, after(-42_000)), "in 42 s");
  assert.equal(ago(AT, after(3 * 86_400_000)), "3 d ago");
  assert.equal(ago("never", 0), "never");
});

Deno.test("a length of time is told by its largest unit", () => {
  assert.deepEqual([12, 4210, 59_400, 60_000, 90_000, 1_500_000, 7_300_000].map(span), [
    "12 ms",
    "4.2 s",
    "59 s",
    "1 min",
    "1 min 30 s",
    "25 min",
    "2 h",
  ]);
});

Deno.test("a number is not parted from its unit, words are from words", () => {
  assert.equal(unbroken("at it for 1 min 30 s of day"), "at it for 1\u00a0min 30\u00a0s of day");
});

Deno.test("a share that is not all is never shown as all", () => {
  assert.deepEqual([1, 0.99999, 0.5, 0].map(percent), ["100%", "99.99%", "50%", "0%"]);
});

Deno.test("money that is there is never shown as none", () => {
  assert.deepEqual([0, 0.002, 0.35, 12.4].map(usd), ["$0", "< $0.01", "$0.35", "$12.40"]);
});

Deno.test("only http and https become links: a stranger's URL runs nothing", () => {
  const bad = ["javascript:alert(1)", "data:text/html,x", "//x", "", null, "blob:https://a/b"];
  for (const url of bad) assert.equal(safeUrl(url), null, `${url}`);
  assert.equal(safeUrl("https://a.example/b"), "https://a.example/b");
});

Deno.test("JSON is laid out, and what is none is left alone", () => {
  assert.equal(pretty('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(pretty("<b>no</b>"), "<b>no</b>");
  assert.equal(pretty(undefined), "");
});

Deno.test("names become words, long ids short", () => {
  assert.equal(words("extract_last_frame"), "Extract last frame");
  assert.equal(words("chunk.completed"), "Chunk completed");
  assert.equal(shortId("proj_01a201c895d02f75fccf20c3098fc5df"), "proj_01a2…8fc5df");
});
