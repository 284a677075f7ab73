import { dirname, join } from "node:path";
import { DENO_ENV, denoBinary } from "./deno_binary.ts";
import type { Upload } from "./management_api.ts";

/** What is wrong with each function's upload, by name; an empty list: nothing. */
export type Faults = Map<string, string[]>;

/**
 * Writes each upload alone into an empty folder and type-checks it there, on each Deno: what
 * Supabase's bundler would miss is missing here too. Also holds the metadata to what doors need.
 */
export async function checkUploads(uploads: Upload[], denoVersions: string[]): Promise<Faults> {
  const faults: Faults = new Map(
    uploads.map((upload) => [upload.name, metadataFaults(upload)]),
  );
  const folder = await Deno.makeTempDir({ prefix: "reelay-uploads-" });
  try {
    for (const upload of uploads) await writeUpload(join(folder, upload.name), upload);

    const whole = uploads.filter((upload) => faults.get(upload.name)?.length === 0);
    for (const version of denoVersions) {
      // All at once, because most of the time goes into the types of packages that they share.
      if (sameImportMap(whole) && await typeCheck(version, folder, whole) === null) continue;

      for (const upload of whole) {
        const error = await typeCheck(version, folder, [upload]);
        if (error !== null) faults.get(upload.name)?.push(`Deno ${version}: ${error}`);
      }
    }
    return faults;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function metadataFaults({ metadata, files }: Upload): string[] {
  const faults: string[] = [];
  if (!files.has(metadata.entrypoint_path)) faults.push(`no ${metadata.entrypoint_path} in it`);
  if (metadata.verify_jwt !== false) faults.push("verify_jwt is not false in config.toml");
  if (metadata.import_map_path === undefined) faults.push("no import_map in config.toml");
  else if (!files.has(metadata.import_map_path)) faults.push("the import map is not in it");
  for (const path of files.keys()) {
    if (path.endsWith("_test.ts")) faults.push(`carries a test: ${path}`);
  }
  return faults;
}

async function writeUpload(folder: string, { files }: Upload): Promise<void> {
  for (const [path, bytes] of files) {
    const target = join(folder, path);
    if (!target.startsWith(folder)) throw new Error(`Cannot write upload: "${path}" leads outside`);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeFile(target, bytes);
  }
}

function sameImportMap(uploads: Upload[]): boolean {
  const maps = uploads.map(({ metadata, files }) =>
    new TextDecoder().decode(files.get(metadata.import_map_path ?? ""))
  );
  return new Set(maps).size === 1;
}

/** Returns what the compiler says, or null when it is content. */
async function typeCheck(
  version: string,
  folder: string,
  uploads: Upload[],
): Promise<string | null> {
  const first = uploads[0];
  if (first === undefined) return null;

  const { success, stderr } = await new Deno.Command(await denoBinary(version), {
    args: [
      "check",
      "--quiet",
      "--no-lock",
      "--no-config",
      `--import-map=${join(first.name, first.metadata.import_map_path ?? "")}`,
      ...uploads.map(({ name, metadata }) => join(name, metadata.entrypoint_path)),
    ],
    cwd: folder,
    env: DENO_ENV,
    stdin: "null",
  }).output();
  return success ? null : new TextDecoder().decode(stderr).replaceAll(`file://${folder}/`, "");
}
