import assert from "node:assert/strict";
import { readOptions } from "./read_options.ts";

Deno.test("options of a case are whole numbers, and may be left out", () => {
  assert.deepEqual(readOptions(["--rate", "50"], ["count", "rate"]), { rate: 50 });
  assert.deepEqual(readOptions([]), {});
});

Deno.test("what a case does not know, or cannot count with, is refused", () => {
  for (const text of ["x", "0", "-1", "1.5", ""]) {
    assert.throws(() => readOptions([`--films=${text}`], ["films"]), /no whole number/);
  }
  assert.throws(() => readOptions(["--film", "3"], ["films"]));
  assert.throws(() => readOptions(["--films"], ["films"]));
  assert.throws(() => readOptions(["intake"]));
});
