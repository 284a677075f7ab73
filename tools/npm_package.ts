import { join } from "node:path";

/** An exact version of a package, e.g. `{ name: "@deno/linux-x64-glibc", version: "2.1.4" }`. */
export type NpmPackage = { name: string; version: string };

/** Where installed packages stay from one run to the next, outside any checkout. */
function cacheFolder(env: Record<string, string | undefined> = Deno.env.toObject()): string {
  const root = env.XDG_CACHE_HOME ?? (env.HOME ? join(env.HOME, ".cache") : env.LOCALAPPDATA);
  return join(root ?? "/tmp", "reelay", "packages");
}

/**
 * Installs one npm package into a folder of its own with the Deno that runs us, where npm may be
 * missing, and returns the package's folder. Installed once; runs at the same moment do not collide.
 *
 * @throws {Error} when the registry cannot be reached or does not have the package.
 */
export async function installNpmPackage(
  { name, version }: NpmPackage,
  { cache = cacheFolder() }: { cache?: string } = {},
): Promise<string> {
  const home = join(cache, `${name}@${version}`);
  const folder = join(home, "node_modules", name);
  if (await exists(join(folder, "package.json"))) return folder;

  await Deno.mkdir(cache, { recursive: true });
  const work = await Deno.makeTempDir({ dir: cache, prefix: ".installing-" });
  try {
    await Deno.writeTextFile(
      join(work, "package.json"),
      JSON.stringify({ dependencies: { [name]: version } }),
    );
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["install", "--no-lock", "--quiet", "--node-modules-dir=auto"],
      cwd: work,
      stdin: "null",
    }).output();
    if (!success) {
      throw new Error(`Cannot install ${name}@${version}: ${new TextDecoder().decode(stderr)}`);
    }

    await Deno.mkdir(join(home, ".."), { recursive: true });
    await Deno.rename(work, home).catch(async (error) => {
      // Somebody else was faster; what they installed is the same.
      if (!await exists(join(folder, "package.json"))) throw error;
    });
    return folder;
  } finally {
    await Deno.remove(work, { recursive: true }).catch(() => {});
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
