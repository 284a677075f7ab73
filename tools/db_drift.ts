import { startCluster } from "../local/postgres/cluster.ts";
import { describe, findDrift } from "./drift.ts";
import { findEditedMigrations } from "./edited_migrations.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { readArguments } from "./usage.ts";

const USAGE = `deno task db:drift

Builds one database from supabase/migrations and one from supabase/schemas on a throw-away Postgres
and compares their catalogs: schemas, tables, columns and their order, constraints, indexes,
functions, triggers, views, policies, grants, comments, types, sequences. Rows are no schema.
Also refuses migrations that were edited since the last commit. Exits 1 on any difference.`;

if (import.meta.main) {
  readArguments(USAGE, {});
  Deno.exit(await checkDrift() ? 0 : 1);
}

/** Prints each difference between migrations and schemas. */
export async function checkDrift(root: string = PROJECT_ROOT): Promise<boolean> {
  const edited = await findEditedMigrations(root);
  for (const path of edited ?? []) {
    console.log(`${path}: edited since the last commit; add a migration instead`);
  }
  if (edited === null) console.log("No git history here: edited migrations go unnoticed.");

  console.log("Building one database from migrations and one from schemas ...");
  const cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  try {
    const differences = await findDrift(cluster.url, root);
    for (const difference of differences) console.log(describe(difference));
    console.log(
      differences.length === 0
        ? "Migrations and schemas build the same database."
        : `${differences.length} differences; - is in migrations, + is in schemas.`,
    );
    return differences.length === 0 && (edited ?? []).length === 0;
  } finally {
    await cluster.stop();
  }
}
