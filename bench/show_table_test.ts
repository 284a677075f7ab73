import assert from "node:assert/strict";
import { showSummary } from "./show_table.ts";

Deno.test("the end of a run names what took how long, what was missed and what failed", () => {
  const summary = showSummary([
    { name: "intake", seconds: 61.2, missed: ["rate: 1, wanted at least 2"], error: null },
    { name: "growth", seconds: 5, missed: [], error: "Cannot trust growth\nat line 1" },
  ]);

  assert.deepEqual(summary.split("\n"), [
    "how long each took:",
    "  intake     61 s  1 missed",
    "  growth      5 s  FAILED: Cannot trust growth",
    "  all        66 s",
    "  MISSED   intake: rate: 1, wanted at least 2",
  ]);
});
