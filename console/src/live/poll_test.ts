import assert from "node:assert/strict";
import { pauseBefore } from "./poll.ts";

const CALM = { isMoving: false, isHidden: false, failures: 0 };

Deno.test("what moves is looked at more often, a hidden tab looks at nothing", () => {
  assert.equal(pauseBefore({ ...CALM, isMoving: true }), 2000);
  assert.equal(pauseBefore(CALM), 10_000);
  assert.equal(pauseBefore({ ...CALM, isMoving: true, isHidden: true }), null);
});

Deno.test("an API that does not answer is asked ever more seldom, and never less than once a minute", () => {
  const pauses = [1, 2, 3, 9, 999].map((failures) =>
    pauseBefore({ ...CALM, isMoving: true, failures })
  );
  assert.deepEqual(pauses, [4000, 8000, 16_000, 60_000, 60_000]);
});
