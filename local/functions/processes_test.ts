import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { identifyProcess, waitForEnd } from "../postgres/process_identity.ts";
import { createFunctionsProxy } from "../gateway/functions_proxy.ts";
import { type Functions, startFunctions } from "./processes.ts";

const HELLO = `Deno.serve(() => new Response(Deno.env.get("GREETING") ?? "no greeting"));`;

/** A project whose functions are made of these sources. */
async function withProject(
  sources: Record<string, string>,
  use: (root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, source] of Object.entries(sources)) {
      const file = join(root, "supabase/functions", path);
      await Deno.mkdir(join(file, ".."), { recursive: true });
      await Deno.writeTextFile(file, source);
    }
    await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function ask(functions: Functions, name: string): Promise<string | null> {
  const target = functions.find(name);
  if (!target?.origin) return null;
  return await (await fetch(`${target.origin}/${name}`)).text();
}

Deno.test("every folder with an index.ts runs, in a process of its own", async () => {
  await withProject({
    "hello/index.ts": HELLO,
    "other-one/index.ts": `Deno.serve(() => new Response("pid " + Deno.pid));`,
    "_shared/index.ts": HELLO,
    "_shared/thing.ts": HELLO,
    "empty/readme.md": "",
  }, async (root) => {
    const functions = await startFunctions({ root, env: { GREETING: "hi" } });
    try {
      deepEqual(functions.names, ["hello", "other-one"]);
      equal(await ask(functions, "hello"), "hi");
      equal(await ask(functions, "other-one"), `pid ${functions.pidOf("other-one")}`);
      equal(functions.find("_shared"), null);
    } finally {
      await functions.stop();
    }
  });
});

Deno.test("a function sees the environment that it was given and not the shell's", async () => {
  await withProject({
    "env/index.ts": `Deno.serve(() => Response.json(Deno.env.toObject()));`,
  }, async (root) => {
    const shell = { ...Deno.env.toObject(), FAL_KEY: "of the shell", SOME_SECRET: "x" };
    const functions = await startFunctions({ root, env: { OWN: "1" }, shell });
    try {
      const seen = JSON.parse(await ask(functions, "env") ?? "{}");
      deepEqual([seen.OWN, seen.FAL_KEY, seen.SOME_SECRET], ["1", undefined, undefined]);
    } finally {
      await functions.stop();
    }
  });
});

Deno.test("a function may start no program and write no file", async () => {
  await withProject({
    "tries/index.ts": `
      const tryIt = (act) => { try { act(); return "done"; } catch (error) { return error.name; } };
      Deno.serve(() => Response.json([
        tryIt(() => new Deno.Command("true").outputSync()),
        tryIt(() => Deno.writeTextFileSync("x", "x")),
      ]));`,
  }, async (root) => {
    const functions = await startFunctions({ root, env: {} });
    try {
      equal(await ask(functions, "tries"), '["NotCapable","NotCapable"]');
    } finally {
      await functions.stop();
    }
  });
});

Deno.test("a killed function is gone at once and comes back by itself", async () => {
  await withProject({ "hello/index.ts": HELLO }, async (root) => {
    const functions = await startFunctions({ root, env: {} });
    try {
      const before = functions.pidOf("hello");

      await functions.kill("hello");
      deepEqual(functions.find("hello"), { origin: null });

      await functions.ready("hello");
      equal(await ask(functions, "hello"), "no greeting");
      equal(functions.pidOf("hello") === before, false);
    } finally {
      await functions.stop();
    }
  });
});

Deno.test("a lazy function is started by who first asks for it, for all that ask meanwhile", async () => {
  await withProject({ "hello/index.ts": HELLO, "other/index.ts": HELLO }, async (root) => {
    const functions = await startFunctions({ root, env: {}, lazy: true });
    const proxy = createFunctionsProxy({ find: functions.find });
    const get = async () =>
      (await proxy(new Request("http://localhost/hello"), "/hello", "192.0.2.1")).text();
    try {
      deepEqual(functions.names.map(functions.pidOf), [null, null]);

      deepEqual(await Promise.all([get(), get()]), ["no greeting", "no greeting"]);
      notEqual(functions.pidOf("hello"), null);
      equal(functions.pidOf("other"), null);

      await functions.kill("hello");
      deepEqual(functions.find("hello"), { origin: null });
    } finally {
      await functions.stop();
    }
    deepEqual(functions.find("other"), { origin: null });
  });
});

Deno.test("a lazy function that cannot start is answered for, and one that is stopped meanwhile too", async () => {
  const sources = {
    "broken/index.ts": `throw new Error("Broken on purpose");`,
    "hangs/index.ts": `await new Promise((resolve) => setTimeout(resolve, 60_000));`,
  };
  await withProject(sources, async (root) => {
    const functions = await startFunctions({ root, env: {}, lazy: true });
    const proxy = createFunctionsProxy({ find: functions.find });
    const get = async (name: string) =>
      (await proxy(new Request(`http://localhost/${name}`), `/${name}`, "192.0.2.1")).status;

    equal(await get("broken"), 503);
    const hanging = get("hangs");
    await functions.stop();

    equal(await hanging, 503);
  });
});

Deno.test("a function that cannot start fails the start, says why and leaves none running", async () => {
  await withProject({
    "hello/index.ts": `console.log("pid", Deno.pid);${HELLO}`,
    "broken/index.ts": `throw new Error("Broken on purpose");`,
  }, async (root) => {
    const lines: string[] = [];

    await rejects(
      startFunctions({ root, env: {}, log: (line) => lines.push(line) }),
      /Cannot start function broken: it ended with code 1/,
    );

    match(lines.join("\n"), /broken: .*Broken on purpose/);
    const [, pid] = /hello: pid (\d+)/.exec(lines.join("\n")) ?? [];
    equal(await waitForEnd(Number(pid), 1000), true);
  });
});

Deno.test("a function ends when the process that started it is killed", async () => {
  await withProject({ "hello/index.ts": HELLO }, async (root) => {
    const module = fileURLToPath(new URL("./processes.ts", import.meta.url));
    const starter = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { startFunctions } from ${JSON.stringify(module)};
        const functions = await startFunctions({ root: ${JSON.stringify(root)}, env: {} });
        console.log(functions.pidOf("hello"));`,
      ],
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      stdout: "piped",
    }).spawn();
    const reader = starter.stdout.getReader();
    const pid = Number(new TextDecoder().decode((await reader.read()).value));
    notEqual(await identifyProcess(pid), null);

    starter.kill("SIGKILL");
    await starter.status;
    await reader.cancel();

    equal(await waitForEnd(pid, 3000), true);
  });
});
