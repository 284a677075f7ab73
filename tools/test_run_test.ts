import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT_ROOT } from "./project_root.ts";
import { findTestFiles } from "./test_files.ts";
import { countTests, findFailedFiles, runTests } from "./test_run.ts";

/** Runs a program of a few lines and returns its totals and what it showed. */
async function run(program: string, { signal = new AbortController().signal } = {}) {
  let shown = "";
  const totals = await runTests(Deno.execPath(), {
    args: ["eval", program],
    cwd: PROJECT_ROOT,
    env: { NO_COLOR: "1" },
    signal,
    show: (bytes) => {
      shown += new TextDecoder().decode(bytes);
      return Promise.resolve();
    },
  });
  return { totals, shown };
}

Deno.test("countTests() reads the last closing line, with steps and ignored tests", () => {
  const output = "ok | 1 passed | 0 failed (1ms)\n" +
    "FAILED | 11 passed (3 steps) | 2 failed (1 step) | 1 ignored (4s)\n\nerror: Test failed\n";

  assert.deepEqual(countTests(output, false), { passed: 11, failed: 2 });
});

Deno.test("countTests() counts a failure when the run failed and says nothing of one", () => {
  assert.deepEqual(countTests("error: Type checking failed.\n", false), { passed: 0, failed: 1 });
  assert.deepEqual(countTests("ok | 3 passed | 0 failed (1s)\n", false), { passed: 3, failed: 1 });
});

Deno.test("countTests() takes no line that a test prints about a closing line", () => {
  assert.deepEqual(countTests("x ok | 3 passed | 0 failed\n", true), { passed: 0, failed: 0 });
});

Deno.test("findFailedFiles() reads each file of the closing list once", () => {
  const output = "a => ./tests/told_test.ts:1:1\nerror: x\n\n FAILURES \n\n" +
    "a ... inner => ./tests/a_test.ts:1:39\nb => ./tests/a_test.ts:7:1\n" +
    "./tests/b_test.tsx (uncaught error)\n../several/c_and_2_more_test.ts (uncaught error)\n\nFAILED | 5 passed | 3 failed (1 step) (836ms)\n";

  assert.deepEqual(findFailedFiles(output), [
    "tests/a_test.ts",
    "tests/b_test.tsx",
    "../several/c_and_2_more_test.ts",
  ]);
  assert.deepEqual(findFailedFiles("ok | 3 passed | 0 failed (1s)\n"), []);
});

Deno.test("runTests() shows what the command prints and takes its exit code for true", async () => {
  const line = "ok | 2 passed | 0 failed (1s)";

  assert.deepEqual(await run(`console.log("${line}")`), {
    totals: { passed: 2, failed: 0, failedFiles: [] },
    shown: `${line}\n`,
  });
  const { totals } = await run(`console.log("${line}"); Deno.exit(1)`);
  assert.deepEqual(totals, { passed: 2, failed: 1, failedFiles: [] });
});

const START_ANOTHER = `
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "await new Promise((r) => setTimeout(r, 60_000))"],
    stdout: "null", stderr: "null",
  }).spawn();
  console.log(child.pid);
`;

/** Whether a process runs; one that ended and was not waited for yet does not. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "0 (gone) Z");
  return !/\) [ZX]/.test(stat);
}

async function hasEnded(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 1000; tries++) {
    if (!await isRunning(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

Deno.test({
  name: "runTests() ends what the command started and left behind",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { shown } = await run(`${START_ANOTHER}; child.unref(); Deno.exit(0)`);

    assert.ok(await hasEnded(Number(shown)));
  },
});

Deno.test({
  name: "runTests() ends the command and all it started when it is told to stop",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const stop = new AbortController();
    let pid = 0;
    const totals = await runTests(Deno.execPath(), {
      args: ["eval", `${START_ANOTHER}; await child.status`],
      cwd: PROJECT_ROOT,
      env: {},
      signal: stop.signal,
      show: (bytes) => {
        pid = Number(new TextDecoder().decode(bytes));
        stop.abort();
        return Promise.resolve();
      },
    });

    assert.deepEqual(totals, { passed: 0, failed: 1, failedFiles: [] });
    assert.ok(pid > 0 && await hasEnded(pid));
  },
});

Deno.test("findTestFiles() finds this file, and by a part of its path nothing else", async () => {
  assert.ok((await findTestFiles(PROJECT_ROOT)).includes("tools/test_run_test.ts"));
  assert.deepEqual(await findTestFiles(PROJECT_ROOT, ["tools/test_run"]), [
    "tools/test_run_test.ts",
  ]);
  assert.deepEqual(await findTestFiles(join(PROJECT_ROOT, "nowhere")), []);
});
