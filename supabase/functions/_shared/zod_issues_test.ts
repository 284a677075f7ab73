import assert from "node:assert/strict";
import * as z from "zod";
import { zodIssues } from "./zod_issues.ts";

const Fields = z.object({
  scenes: z.array(z.object({ prompt: z.string().min(1) })).min(1),
  key: z.string().min(3).regex(/^k/),
});

function issues(value: unknown) {
  return zodIssues(Fields.safeParse(value).error ?? assert.fail("Nothing was wrong with it"));
}

Deno.test("a value of the wrong kind is said to be that, and nothing of its length", () => {
  assert.deepEqual(issues({ scenes: "", key: [] }), [
    { path: "scenes", message: "Invalid input: expected array, received string" },
    { path: "key", message: "Invalid input: expected string, received array" },
  ]);
});

Deno.test("all that is wrong with a value of the right kind is said, each under its path", () => {
  assert.deepEqual(issues({ scenes: [{ prompt: 1 }], key: "a" }).map(({ path }) => path), [
    "scenes.0.prompt",
    "key",
    "key",
  ]);
});

Deno.test("twenty issues are enough", () => {
  assert.equal(issues({ scenes: Array(50).fill({}), key: "key" }).length, 20);
});
