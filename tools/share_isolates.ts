import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Each runs for many seconds, mostly on stacks of its own: side by side they end sooner. */
const LONG = [
  ...["chaos", "deliveries", "fuzz", "outside_worker", "pipeline", "redis", "seed_handlers"]
    .map((folder) => `tests/${folder}/`),
  ...["local/film_check", "local/postgres/cluster", "local/postgres/net_", "local/stack_test"],
  ...["local/start_test", "tests/contract/supabase_cli", "tools/deploy_check", "tools/usage"],
];
/** They count what Postgres reads, of tables that no test before them has filled. */
const COUNTING = /^supabase\/tests\/(backlog|instant|lists|plans|plans_of_small_tables)_test\.ts$/;
const AT_MOST = 12;

/**
 * Deno gives each test file an isolate, which takes half a second of CPU by itself and loads anew what
 * the file imports: for tests of milliseconds. So small files share one, and with it the database that is
 * a file's else: as imports of a module that is written below `folder`. Where a test fails, Deno still
 * names the file that it stands in.
 *
 * @param files paths below `root`
 * @returns what to have Deno test: files that stay by themselves, and modules of several.
 */
export async function shareIsolates(
  files: readonly string[],
  { root, folder }: { root: string; folder: string },
): Promise<string[]> {
  const isSharing = (path: string) =>
    !LONG.some((start) => path.startsWith(start)) && !COUNTING.test(path);
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
