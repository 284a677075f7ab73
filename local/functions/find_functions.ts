import { join } from "node:path";

/** What the Supabase CLI takes for a function's name. */
const SLUG = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** The functions below `<root>/supabase/functions`, as the CLI finds them: folders with index.ts. */
export async function findFunctions(root: string): Promise<Map<string, string>> {
  const folder = join(root, "supabase/functions");
  const found = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const entry = join(folder, name, "index.ts");
    if (isDirectory && SLUG.test(name) && await isFile(entry)) found.set(name, entry);
  }
  return new Map([...found].toSorted(([left], [right]) => left < right ? -1 : 1));
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
