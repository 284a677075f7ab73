import { join } from "node:path";
import type { Sql } from "postgres";
import { readMigrations } from "../../local/postgres/migrations.ts";
import { type Finding, missing, ok, wrong } from "./finding.ts";

const PUSH = "supabase db push, with the variables of .env.example set";
const EXTENSIONS = ["pgcrypto", "pg_net", "pg_cron", "supabase_vault"];

/** Extensions and migrations: what a push brings. */
export async function checkInstalled(sql: Sql, root: string): Promise<Finding[]> {
  return [...await checkExtensions(sql), ...await checkMigrations(sql, root)];
}

async function checkExtensions(sql: Sql): Promise<Finding[]> {
  const rows = await sql<{ extname: string; extversion: string }[]>`
    select extname, extversion from pg_extension`;
  return EXTENSIONS.map((name) => {
    const there = rows.find(({ extname }) => extname === name);
    return there
      ? ok(`Extension ${name} ${there.extversion}`)
      : missing(`Extension ${name}`, `create extension ${name}, or ${PUSH}`);
  });
}

async function checkMigrations(sql: Sql, root: string): Promise<Finding[]> {
  const files = await readMigrations(join(root, "supabase/migrations"));
  const versions = await appliedVersions(sql);
  if (versions.length === 0 && await isInstalled(sql)) {
    return [missing(
      "The history of migrations, and what they make is there: did it come with no backup?",
      "supabase migration repair --status applied --remote=… " +
        `${files.map(({ version }) => version).join(" ")}; those that the backup had`,
    )];
  }

  const pending = files.filter(({ version }) => !versions.includes(version));
  const strange = versions.filter((version) => !files.some((file) => file.version === version));
  return [
    ...pending.map(({ version, name }) => missing(`Migration ${version}_${name}`, PUSH)),
    ...strange.map((version) =>
      wrong(
        `Migration ${version} is applied here, and this checkout does not have it`,
        "check out the release that is installed, or push from the one that pushed it",
      )
    ),
    ...pending.length + strange.length === 0
      ? [ok(`Migrations: ${files.length} of ${files.length} applied`)]
      : [],
  ];
}

async function appliedVersions(sql: Sql): Promise<string[]> {
  const [history] = await sql`
    select from pg_class where oid = to_regclass('supabase_migrations.schema_migrations')`;
  if (!history) return [];
  const rows = await sql<{ version: string }[]>`
    select version from supabase_migrations.schema_migrations order by version`;
  return rows.map(({ version }) => version);
}

/** True once the tables are there that every other check reads. */
export async function isInstalled(sql: Sql): Promise<boolean> {
  const [row] = await sql`
    select to_regclass('private.settings') is not null
      and to_regclass('public.projects') is not null
      and to_regprocedure('private.check_invariants()') is not null as there`;
  return row?.there === true;
}
