import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { applyMigrations } from "../local/postgres/migrations.ts";
import { type Catalog, compareCatalogs, type Difference, readCatalog } from "./catalog.ts";
import { readSqlFiles } from "./sql_files.ts";

/**
 * Builds one database from `<root>/supabase/migrations` and one from `<root>/supabase/schemas`, and
 * compares them: `-` stands only in the migrations, `+` only in the schemas. Rows are not compared.
 *
 * @param clusterUrl of a superuser on a throw-away cluster.
 */
export async function findDrift(clusterUrl: string, root: string): Promise<Difference[]> {
  const migrated = await catalogOf(clusterUrl, "drift_migrations", async (sql) => {
    await applyMigrations(sql, join(root, "supabase/migrations"));
  });
  const declared = await catalogOf(clusterUrl, "drift_schemas", async (sql) => {
    await buildFromSchemas(sql, root);
  });
  return compareCatalogs(migrated, declared);
}

async function catalogOf(
  clusterUrl: string,
  database: string,
  build: (sql: Sql) => Promise<void>,
): Promise<Catalog> {
  const cluster = postgres(clusterUrl, { max: 1, onnotice() {} });
  const url = new URL(clusterUrl);
  url.pathname = `/${database}`;
  try {
    await cluster.unsafe(`create database ${database}`);
    const sql = postgres(url.href, { max: 1, onnotice() {} });
    try {
      await build(sql);
      return await readCatalog(sql);
    } finally {
      await sql.end();
      await cluster.unsafe(`drop database ${database} with (force)`);
    }
  } finally {
    await cluster.end();
  }
}

/** Makes an empty database what `<root>/supabase/schemas` says. */
export async function buildFromSchemas(sql: Sql, root: string): Promise<void> {
  for (const { path, text } of await readSqlFiles(root, "supabase/schemas")) {
    await sql.unsafe(text).simple().catch((error: Error) => {
      throw new Error(`Cannot build the schema: ${path}: ${error.message}`);
    });
  }
}

/** One difference as a person reads it. */
export function describe(difference: Difference): string {
  const { object } = difference;
  if ("only" in difference) {
    return `${object}: only in ${difference.only === "left" ? "migrations" : "schemas"}`;
  }
  return [`${object}: differs`, ...difference.lines.map((line) => `    ${line}`)].join("\n");
}
