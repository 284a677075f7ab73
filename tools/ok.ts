import { checkAllSql } from "./check_sql_style.ts";
import { checkDrift } from "./db_drift.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { testEverything } from "./test.ts";
import { readArguments } from "./usage.ts";

const USAGE = `deno task ok [--no-test]

All that has to hold before a commit: format, lint, types, SQL style, schema drift, tests. Goes
through all of it, and exits 1 if anything does not hold. --no-test leaves out the tests.`;

if (import.meta.main) {
  const { values } = readArguments(USAGE, { options: { "no-test": { type: "boolean" } } });
  Deno.exit(await checkEverything({ tests: !values["no-test"] }) ? 0 : 1);
}

async function checkEverything({ tests }: { tests: boolean }): Promise<boolean> {
  const checks: [what: string, check: () => Promise<boolean>][] = [
    ["Format", () => deno("fmt", "--check")],
    ["Lint", () => deno("lint")],
    ["Types", () => deno("check", "--quiet", ".")],
    ["SQL style", () => checkAllSql()],
    ["Schema drift", () => checkDrift()],
  ];
  const wrong: string[] = [];
  for (const [what, check] of checks) {
    console.log(`${what} ...`);
    if (!await check()) wrong.push(what);
  }

  const { passed, failed } = tests ? await testEverything([]) : { passed: 0, failed: 0 };
  if (failed > 0) wrong.push("Tests");
  console.log(wrong.length === 0 ? "\nAll of it holds." : `\nWrong: ${wrong.join(", ")}.`);
  if (tests) console.log(`${passed} passed, ${failed} failed`);
  return wrong.length === 0;
}

async function deno(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: PROJECT_ROOT,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return success;
}
