import { join } from "node:path";

const FOLDERS = [
  "supabase/functions",
  "supabase/tests",
  "client",
  "local",
  "tools",
  "tests",
  "bench",
  "chaos",
  "console",
];

/**
 * Paths of test files below `root`, in order.
 *
 * @param filters parts of paths; a file is taken if it has one of them. None: all are taken.
 */
export async function findTestFiles(root: string, filters: string[] = []): Promise<string[]> {
  const found = (await Promise.all(FOLDERS.map((folder) => walk(root, folder)))).flat();
  return found
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .sort();
}

async function walk(root: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
      const path = `${folder}/${name}`;
      if (isDirectory && name !== "node_modules") found.push(...await walk(root, path));
      else if (/_test\.tsx?$/.test(name)) found.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}
