import assert from "node:assert/strict";
import { findTestFiles } from "../../tools/test_files.ts";
import { PROJECT_ROOT } from "../../tools/project_root.ts";

Deno.test("every test that docs/seed-coverage.md names is there", async () => {
  const text = await Deno.readTextFile(`${PROJECT_ROOT}/docs/seed-coverage.md`);
  const named = [...text.matchAll(/`([\w./-]+_test\.ts)`/g)].map(([, path = ""]) => path);
  const files = await findTestFiles(PROJECT_ROOT);

  assert.ok(named.length > 50);
  const missing = named.filter((path) => !files.some((file) => `/${file}`.endsWith(`/${path}`)));
  assert.deepEqual(missing, []);
});
