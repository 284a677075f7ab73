import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { shareIsolates } from "./share_isolates.ts";
import { runTests, type TestRun } from "./test_run.ts";

const nothing = () => Promise.resolve();

/** Runs these files as `deno task test` does, with what they hold. */
async function run(contents: Record<string, string>): Promise<TestRun & { modules: string[] }> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, content] of Object.entries(contents)) {
      await Deno.mkdir(dirname(join(root, path)), { recursive: true });
      await Deno.writeTextFile(join(root, path), content);
    }
    const folder = join(root, "shared");
    const modules = await shareIsolates(Object.keys(contents), { root, folder });
    const totals = await runTests(Deno.execPath(), {
      args: ["test", "--no-check", ...modules],
      cwd: root,
      env: { NO_COLOR: "1" },
      signal: new AbortController().signal,
      show: nothing,
    });
    return { ...totals, modules: modules.map((path) => path.replace(`${folder}/`, "")) };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("small files share an isolate, and a test that fails is found in the file it stands in", async () => {
  const { passed, failed, failedFiles, modules } = await run({
    "local/stack_test.ts": `Deno.test("a", () => {});`,
    "local/one_test.ts": `globalThis.one = 1; Deno.test("b", () => {});`,
    "supabase/tests/two_test.ts": `Deno.test("c", () => { if (globalThis.one === 1) throw "x"; });`,
    "tests/pipeline/film_test.ts":
      `Deno.test("d", () => { if ("one" in globalThis) throw "not alone"; });`,
  });

  assert.deepEqual(modules, [
    "local/stack_test.ts",
    "tests/pipeline/film_test.ts",
    "local/one_and_1_more_test.ts",
  ]);
  assert.deepEqual({ passed, failed, failedFiles }, {
    passed: 3,
    failed: 1,
    failedFiles: ["supabase/tests/two_test.ts"],
  });
});

Deno.test("each file is tested once, a dozen to an isolate", async () => {
  const names = Array.from({ length: 30 }, (_, n) => `supabase/tests/file_${n + 10}_test.ts`);
  const { passed, failed, modules } = await run(
    Object.fromEntries(names.map((name) => [name, `Deno.test("${name}", () => {});`])),
  );

  assert.equal(modules.length, 3);
  assert.deepEqual({ passed, failed }, { passed: 30, failed: 0 });
});

Deno.test("a file that is tested alone is given to Deno as it is", async () => {
  const { passed, modules } = await run({ "client/x_test.ts": `Deno.test("x", () => {});` });

  assert.deepEqual({ passed, modules }, { passed: 1, modules: ["client/x_test.ts"] });
});
