import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT_ROOT } from "./project_root.ts";

const SOURCES = ["deno.json", "import_map.json", "client", "console", "tools"];

Deno.test("a clone in which nothing was installed yet builds the page that stands in dist", async () => {
  const clone = await Deno.makeTempDir();
  try {
    for (const path of SOURCES) {
      await cp(join(PROJECT_ROOT, path), join(clone, path), { recursive: true });
    }

    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "tools/console_build.ts"],
      cwd: clone,
      env: { NO_COLOR: "1" },
    }).output();

    const said = new TextDecoder();
    assert.ok(success, `${said.decode(stdout)}${said.decode(stderr)}`);
    assert.deepEqual(await filesOf(clone), await filesOf(PROJECT_ROOT));
  } finally {
    await Deno.remove(clone, { recursive: true });
  }
});

async function filesOf(root: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(join(root, "console/dist/assets"))) names.push(name);
  return names.sort();
}
