import { join } from "node:path";
import { build } from "vite";
import { DIGEST_FILE, digestSources } from "../console/sources.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { readArguments } from "./usage.ts";

const USAGE = `deno task console:build

Builds the console's page from console/src into console/dist, which stands in the repository: a fresh
clone serves it without building anything, and any static host can. A test fails while dist is older
than its sources.`;

if (import.meta.main) {
  readArguments(USAGE, {});
  await buildConsole(PROJECT_ROOT);
}

async function buildConsole(root: string): Promise<void> {
  const folder = join(root, "console");
  await installPackages(root);
  await build({ configFile: join(folder, "vite.config.ts") });
  await Deno.writeTextFile(join(folder, "dist", DIGEST_FILE), await digestSources(folder));
}

/** Deno installs what a program imports; the page's packages are looked for by Vite alone. */
async function installPackages(root: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: root,
  }).output();
  if (!success) throw new Error(`Cannot install packages: ${new TextDecoder().decode(stderr)}`);
}
