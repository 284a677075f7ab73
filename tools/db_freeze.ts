import { basename, join, relative, resolve } from "node:path";
import { freeze } from "./freeze.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { readSqlFiles } from "./sql_files.ts";
import { readArguments, refuse } from "./usage.ts";

const USAGE = `deno task db:freeze <name> [files...] [--above FILE] [--below FILE] [--dry]

Writes supabase/migrations/<UTC timestamp>_<name>.sql with frozen copies of schema files: those
named, else all that are new or changed since they were last frozen. Migrations are only ever added.

  --above FILE  hand-written SQL that comes first: alter table, drop function, data moves
  --below FILE  hand-written SQL that comes last: rows, such as cron jobs and buckets
  --dry         print the migration, write nothing

A changed table that was shipped is not created again: its change comes with --above, and the
migration notes that the file is done with. deno task db:drift proves that nothing was forgotten.`;

if (import.meta.main) {
  await main();
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments(USAGE, {
    allowPositionals: true,
    options: {
      above: { type: "string" },
      below: { type: "string" },
      dry: { type: "boolean", default: false },
    },
  });
  const [name, ...files] = positionals;
  if (name === undefined) refuse(USAGE);

  try {
    const frozen = freeze({
      name,
      now: new Date(),
      schemas: await readSqlFiles(PROJECT_ROOT, "supabase/schemas"),
      migrations: await readSqlFiles(PROJECT_ROOT, "supabase/migrations"),
      only: files.map(schemaPath),
      above: values.above && await Deno.readTextFile(values.above),
      below: values.below && await Deno.readTextFile(values.below),
    });
    for (const path of frozen.included) console.error(`  included ${path}`);
    for (const path of frozen.altered) console.error(`  altered  ${path}`);
    if (values.dry) {
      console.log(frozen.text);
    } else {
      await Deno.writeTextFile(join(PROJECT_ROOT, frozen.path), frozen.text, { createNew: true });
      console.log(`Wrote ${frozen.path}`);
    }
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}

/** Takes `0200_function_x.sql` as well as a path from wherever the person stands. */
function schemaPath(file: string): string {
  const path = relative(PROJECT_ROOT, resolve(file));
  return path.startsWith("supabase/schemas/") ? path : `supabase/schemas/${basename(file)}`;
}
