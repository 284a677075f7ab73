import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadEnvironment, VARIABLES } from "./env.ts";

const SECRETS = [
  "CALLBACK_SIGNING_SECRET",
  "FAL_WEBHOOK_SECRET",
  "LAST_FRAME_WEBHOOK_SECRET",
  "OPERATOR_KEY",
  "PIPELINE_BELL_SECRET",
  "STITCH_WEBHOOK_SECRET",
  "VIDEO_WEBHOOK_SECRET",
  "WEBHOOK_SECRET",
];

async function withRoot(
  file: string | null,
  use: (root: string, path: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  const path = join(root, "supabase/functions/.env");
  try {
    await Deno.mkdir(join(root, "supabase/functions"), { recursive: true });
    if (file !== null) await Deno.writeTextFile(path, file);
    await use(root, path);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("the first start makes every secret, later ones find them", async () => {
  await withRoot(null, async (root) => {
    const first = await loadEnvironment({ root, shell: {} });
    const second = await loadEnvironment({ root, shell: {} });

    deepEqual(Object.keys(first).toSorted(), SECRETS);
    deepEqual(second, first);
    equal(new Set(Object.values(first)).size, SECRETS.length);
    match(first.CALLBACK_SIGNING_SECRET ?? "", /^whsec_[A-Za-z0-9+/]{43}=$/);
    match(first.PIPELINE_BELL_SECRET ?? "", /^whsec_[A-Za-z0-9+/]{43}=$/);
  });
});

Deno.test("the file is for its owner alone, and what is logged holds no secret", async () => {
  await withRoot(null, async (root, path) => {
    const lines: string[] = [];

    const values = await loadEnvironment({ root, shell: {}, log: (line) => lines.push(line) });

    equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    match(lines.join("\n"), /WEBHOOK_SECRET/);
    equal(Object.values(values).some((secret) => lines.join("\n").includes(secret)), false);
    deepEqual((await Array.fromAsync(Deno.readDir(join(path, "..")))).map(({ name }) => name), [
      ".env",
    ]);
  });
});

Deno.test("what the file says stays, to the letter, and what it lacks is added", async () => {
  const written = "# mine\nFAL_KEY='a b' # key\nWEBHOOK_SECRET=own\nOPERATOR_KEY=\nMY_OWN=1";
  await withRoot(written, async (root, path) => {
    const values = await loadEnvironment({ root, shell: {} });

    deepEqual([values.FAL_KEY, values.WEBHOOK_SECRET, values.MY_OWN], ["a b", "own", "1"]);
    match(values.OPERATOR_KEY ?? "", /^[0-9a-f]{64}$/);
    equal((await Deno.readTextFile(path)).startsWith(`${written}\n`), true);
    deepEqual(await loadEnvironment({ root, shell: {} }), values);
  });
});

Deno.test("the shell wins over the file, and brings nothing that is not ours", async () => {
  await withRoot("WEBHOOK_SECRET=file\nMY_OWN=file", async (root, path) => {
    const shell = {
      WEBHOOK_SECRET: "shell",
      MY_OWN: "shell",
      FAL_KEY: "shell",
      OPERATOR_KEY: "shell",
      STORE_FILMS: "",
      HOME: "/root",
    };

    const values = await loadEnvironment({ root, shell });

    const { WEBHOOK_SECRET, MY_OWN, FAL_KEY, OPERATOR_KEY, STORE_FILMS, HOME } = values;
    deepEqual({ WEBHOOK_SECRET, MY_OWN, FAL_KEY, OPERATOR_KEY, STORE_FILMS, HOME }, {
      ...shell,
      STORE_FILMS: undefined,
      HOME: undefined,
    });
    equal((await Deno.readTextFile(path)).includes("OPERATOR_KEY"), false);
  });
});

Deno.test("stacks that start at the same moment agree on the secrets", async () => {
  await withRoot(null, async (root) => {
    const [first, ...others] = await Promise.all(
      Array.from({ length: 8 }, () => loadEnvironment({ root, shell: {} })),
    );

    for (const other of others) deepEqual(other, first);
    await withRoot(null, async (another) => {
      const elsewhere = await loadEnvironment({ root: another, shell: {} });
      notEqual(elsewhere.WEBHOOK_SECRET, first?.WEBHOOK_SECRET);
    });
  });
});

Deno.test(".env.example names every variable that the shell may set, and that a function reads", async () => {
  const root = join(fileURLToPath(new URL("..", import.meta.url)));
  const example = await Deno.readTextFile(join(root, ".env.example"));

  const explained = [...example.matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name);
  deepEqual(explained.toSorted(), VARIABLES.toSorted());

  const read = await namesIn(join(root, "supabase/functions"));
  equal(read.has("WEBHOOK_SECRET"), true);
  deepEqual([...read].filter((name) => !VARIABLES.includes(name)), []);
});

/** Names of variables, wherever code of the functions mentions them. */
async function namesIn(folder: string): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) { for (const found of await namesIn(path)) names.add(found); }
    if (!name.endsWith(".ts") || name.endsWith("_test.ts")) continue;
    const code = await Deno.readTextFile(path);
    const ours =
      /"([A-Z]+_(?:[A-Z]+_)*(?:SECRET|URL|URLS|KEY|SERVICE|FILMS|ID|TARGETS))"|"(RATE_LIMIT_[A-Z_]+)"/g;
    for (const [, one, limit] of code.matchAll(ours)) {
      const variable = one ?? limit ?? "";
      if (!variable.startsWith("SUPABASE_")) names.add(variable);
    }
  }
  return names;
}
