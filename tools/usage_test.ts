import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { PROJECT_ROOT } from "./project_root.ts";

const Tasks = z.object({ tasks: z.record(z.string(), z.object({ command: z.string() })) });

/** The programs of all `deno task …`, by name. */
async function programs(): Promise<[task: string, args: string[]][]> {
  const text = await Deno.readTextFile(join(PROJECT_ROOT, "deno.json"));
  return Object.entries(Tasks.parse(JSON.parse(text)).tasks)
    .map(([task, { command }]) => [task, command.split(" ").slice(1)]);
}

async function run(args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: PROJECT_ROOT,
    env: { NO_COLOR: "1", OPERATOR_KEY: "a-key" },
    stdin: "null",
  }).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("every command refuses an option that it has not, and says which", async (t) => {
  for (const [task, args] of await programs()) {
    await t.step(task, async () => {
      const { code, text } = await run([...args, "--no-such-option"]);

      // `test` and `bench` take names: theirs it is none of.
      assert.equal(code, task === "test" ? 1 : 2, text);
      assert.match(text, /--no-such-option/);
      assert.doesNotMatch(text, /Uncaught|^ +at /m);
    });
  }
});

Deno.test("usage is told by -h as by --help, and ends well", async () => {
  for (const program of ["local/start.ts", "local/demo.ts", "chaos/main.ts", "tools/status.ts"]) {
    const { code, text } = await run(["run", "-A", program, "-h"]);

    assert.equal(code, 0, text);
    assert.match(text, /^deno task /m);
  }
});

Deno.test("what takes no names refuses one", async () => {
  const { code, text } = await run(["run", "-A", "tools/docs_variables.ts", "stray"]);

  assert.equal(code, 2, text);
  assert.match(text, /^Cannot read the command line: Unexpected argument 'stray'/m);
});

Deno.test("an option's value that cannot be meant is refused before anything is asked", async () => {
  const wrong: [tool: string, args: string[], why: RegExp][] = [
    ["status", ["--api-port", "abc"], /--api-port: abc is no port/],
    ["status", ["--url", ""], /--url: it takes a project's address/],
    ["doctor", ["--functions", "ftp://films.test"], /--functions takes a URL/],
    ["doctor", ["--db", "db.films.test:5432/postgres"], /--db and SUPABASE_DB_URL take postgres/],
    ["db_secrets", ["--db", "mysql://films.test/postgres"], /take postgresql:/],
    ["db_freeze", ["name", "--above"], /'--above <value>' argument missing; --help/],
    ["test_model", ["--runs", "0"], /--runs: it takes 1 or more/],
    ["test_docs", ["no-such-document"], /^No document has no-such-document in its path\.$/m],
    ["../local/demo", ["--revise", "4"], /--revise 4: it is none of 1, 2, 3/],
    ["../local/demo", ["--seconds-per-scene", "7"], /--seconds-per-scene 7: it is none of 5, 10/],
  ];
  for (const [tool, args, why] of wrong) {
    const { code, text } = await run(["run", "-A", `tools/${tool}.ts`, ...args]);

    assert.notEqual(code, 0, `${tool} ${args.join(" ")}`);
    assert.match(text, why);
  }
});
