import { PROJECT_ROOT } from "./project_root.ts";
import { readSqlFiles } from "./sql_files.ts";
import { checkSqlStyle } from "./sql_style.ts";
import { readArguments } from "./usage.ts";

const USAGE = `deno run -A tools/check_sql_style.ts

Holds supabase/schemas and supabase/migrations to the rules that a text check can hold: lower-case
words (in bodies too), search_path, volatility, security, comments and revokes of functions (and
who calls those of public), one thing a file and named by it, no chain of CTEs that Postgres runs in
part. Exits 1 on any fault.`;

if (import.meta.main) {
  readArguments(USAGE, {});
  Deno.exit(await checkAllSql() ? 0 : 1);
}

/** Prints each fault as `path:line: what`. */
export async function checkAllSql(root: string = PROJECT_ROOT): Promise<boolean> {
  const schemas = await readSqlFiles(root, "supabase/schemas");
  const migrations = await readSqlFiles(root, "supabase/migrations");
  const faults = [
    ...schemas.flatMap((file) => checkSqlStyle(file, "schema")),
    ...migrations.flatMap((file) => checkSqlStyle(file, "migration")),
  ];

  for (const { path, line, message } of faults) console.log(`${path}:${line}: ${message}`);
  const count = schemas.length + migrations.length;
  console.log(`Checked the style of ${count} SQL files: ${faults.length || "no"} faults`);
  return faults.length === 0;
}
