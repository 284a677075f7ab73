import { join } from "node:path";

/** A file of SQL, by its path below the project's root. */
export type SqlFile = { path: string; text: string };

/** Reads the .sql files directly in `folder` (relative to `root`), in the order of their names. */
export async function readSqlFiles(root: string, folder: string): Promise<SqlFile[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(join(root, folder))) {
    if (entry.isFile && entry.name.endsWith(".sql")) names.push(entry.name);
  }
  return await Promise.all(
    names.sort().map(async (name) => ({
      path: `${folder}/${name}`,
      text: await Deno.readTextFile(join(root, folder, name)),
    })),
  );
}
