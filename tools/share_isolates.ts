import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Tests below these start nothing of their own: to load what they import takes longer than they do. */
const SHARING = ["client/", "console/", "supabase/"];
/** They count what Postgres reads, of tables that no test before them has filled. */
const COUNTING = /^supabase\/tests\/(backlog|instant|lists|plans|plans_of_small_tables)_test\.ts$/;
const AT_MOST = 12;

/**
 * Deno gives each test file an isolate, which loads anew what the file imports: most of a second of CPU
 * for tests of milliseconds. So small files share one, and with it the database that is a file's else: as
 * imports of a module that is written below `folder`. Where a test fails, Deno still names the file that it
 * stands in.
 *
 * @param files paths below `root`
 * @returns what to have Deno test: files that stay by themselves, and modules of several.
 */
export async function shareIsolates(
  files: readonly string[],
  { root, folder }: { root: string; folder: string },
): Promise<string[]> {
  const isSharing = (path: string) =>
    SHARING.some((start) => path.startsWith(start)) && !COUNTING.test(path);
  const sharing = files.filter(isSharing);
  if (sharing.length < 2) return [...files];

  const modules: string[] = [];
  for (let next = 0; next < sharing.length; next += AT_MOST) {
    modules.push(await writeModule(sharing.slice(next, next + AT_MOST), { root, folder }));
  }
  return [...files.filter((path) => !isSharing(path)), ...modules];
}

async function writeModule(
  files: readonly string[],
  { root, folder }: { root: string; folder: string },
): Promise<string> {
  const [first = ""] = files;
  const name = first.replace(/_test\.tsx?$/, `_and_${files.length - 1}_more_test.ts`);
  const path = join(folder, name);
  const imports = files.map((file) => `import "${pathToFileURL(join(root, file)).href}";\n`);
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, imports.join(""));
  return path;
}
