import assert from "node:assert/strict";
import { tryOnceMore } from "./second_try.ts";
import type { TestRun } from "./test_run.ts";

const BROKEN: TestRun = { passed: 7, failed: 2, failedFiles: ["a_test.ts", "b_test.ts"] };

/** What comes of a first run, with a second one that fails as often as said; and what it was given. */
async function after(first: TestRun, failedAgain: number, files = 9) {
  const given: string[][] = [];
  const outcome = await tryOnceMore(first, files, (names) => {
    given.push(names);
    return Promise.resolve({ passed: 4 - failedAgain, failed: failedAgain, failedFiles: [] });
  });
  return { ...outcome, given };
}

Deno.test("what failed in the crowd and holds by itself has passed, and is told", async () => {
  assert.deepEqual(await after(BROKEN, 0), {
    passed: 9,
    failed: 0,
    unsteady: ["a_test.ts", "b_test.ts"],
    given: [["a_test.ts", "b_test.ts"]],
  });
});

Deno.test("what fails by itself too has failed", async () => {
  const { passed, failed, unsteady } = await after(BROKEN, 1);
  assert.deepEqual({ passed, failed, unsteady }, { passed: 7, failed: 1, unsteady: [] });
});

Deno.test("what cannot be bad luck is not tried again", async () => {
  const many = Array.from({ length: 5 }, (_, index) => `${index}_test.ts`);
  const cases = [
    await after({ passed: 7, failed: 0, failedFiles: [] }, 0),
    await after({ ...BROKEN, failedFiles: [] }, 0),
    await after({ ...BROKEN, failedFiles: many }, 0),
    await after({ ...BROKEN, failedFiles: ["a_test.ts"] }, 0, 1),
  ];
  assert.deepEqual(cases.map(({ failed, given }) => [failed, given.length]), [
    [0, 0],
    [2, 0],
    [2, 0],
    [2, 0],
  ]);
});
