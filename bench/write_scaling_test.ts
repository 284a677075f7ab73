import assert from "node:assert/strict";
import { readInputs, replaceBlock } from "./write_scaling.ts";

Deno.test("a table takes the place of the old one, and of nothing else", () => {
  const text = "a\n<!-- sizes -->\nold\n<!-- end of sizes -->\nb\n";

  const once = replaceBlock(text, "sizes", "new");

  assert.equal(once, "a\n<!-- sizes -->\n\nnew\n\n<!-- end of sizes -->\nb\n");
  assert.equal(replaceBlock(once, "sizes", "new"), once);
});

Deno.test("a page without a place for a table is not written over", () => {
  assert.throws(() => replaceBlock("a", "sizes", "new"), /no place/);
});

Deno.test("nothing is calculated from figures of which some were not measured", () => {
  assert.equal(readInputs(new Map()), null);
});
