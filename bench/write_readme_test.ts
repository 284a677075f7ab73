import assert from "node:assert/strict";
import { replaceResults, sectionOf } from "./write_readme.ts";

Deno.test("new results take the place of the old ones, and of nothing else", () => {
  const text = "before\n<!-- results -->\nold\n<!-- end of results -->\nafter\n";

  const once = replaceResults(text, ["### a", "### b"]);

  assert.equal(
    once,
    "before\n<!-- results -->\n\n### a\n\n### b\n\n<!-- end of results -->\nafter\n",
  );
  assert.equal(replaceResults(once, ["### a", "### b"]), once);
});

Deno.test("a text without a place for results is not written over", () => {
  assert.throws(() => replaceResults("before", ["### a"]), /no place/);
});

Deno.test("what was not measured again keeps the table that it has", () => {
  const text =
    "<!-- results -->\n\n### a\n\none\n\n### ab\n\ntwo\n\n<!-- end of results -->\n### c\n";

  const sections = ["a", "ab", "c"].map((name) => sectionOf(text, name));

  assert.deepEqual(sections, ["### a\n\none", "### ab\n\ntwo", null]);
});
