import assert from "node:assert/strict";
import { isMet } from "./case.ts";

Deno.test("a target is reached at its limit, and not beyond it", () => {
  assert(isMet({ what: "ratio", value: 1.2, wanted: { most: 1.2 } }));
  assert(!isMet({ what: "ratio", value: 1.21, wanted: { most: 1.2 } }));
  assert(isMet({ what: "rate", value: 500, wanted: { least: 500 } }));
});

Deno.test("what was not measured reaches nothing", () => {
  const largest = Math.max(...new Array<number>());

  assert(!isMet({ what: "most rings queued", value: largest, wanted: { most: 200 } }));
  assert(!isMet({ what: "ratio", value: NaN, wanted: { most: 1.2 } }));
});
