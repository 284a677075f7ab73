import { join } from "node:path";
import type { Sql } from "postgres";
import { splitStatements } from "./split_statements.ts";

/** A file of supabase/migrations. */
export interface Migration {
  version: string;
  name: string;
  text: string;
}

/** The names that the Supabase CLI takes for migrations; it skips any other file. */
const FILE_NAME = /^([0-9]+)_(.*)\.sql$/;

/** Reads the migrations in a folder, in the order they apply. An absent folder has none. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)
    .catch((error) => {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    });

  const migrations: Migration[] = [];
  for (const file of names.toSorted()) {
    const [, version, name] = FILE_NAME.exec(file) ?? [];
    if (version === undefined || name === undefined) continue;
    migrations.push({ version, name, text: await Deno.readTextFile(join(folder, file)) });
  }
  return migrations;
}

/**
 * Applies what is new in the folder, each file in a transaction, and keeps the Supabase CLI's own
 * table of what was applied, so that `supabase db push` finds nothing to do afterwards.
 *
 * @returns the versions applied now.
 * @throws when an applied migration's text has changed or its file is gone, and for a new file that
 * sorts before an applied one: the CLI refuses these too, or would leave two databases unlike.
 */
export async function applyMigrations(sql: Sql, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  await createHistory(sql);
  checkHistory(migrations, await readHistory(sql));

  const applied: string[] = [];
  for (const migration of migrations) {
    if (await applyOne(sql, migration)) applied.push(migration.version);
  }
  return applied;
}

type History = Map<string, string[] | null>;

async function createHistory(sql: Sql): Promise<void> {
  // "If not exists" alone fails when two runners find it missing at the same moment.
  await sql.unsafe(`
    select pg_advisory_xact_lock(hashtext('supabase_migrations'));
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
    alter table supabase_migrations.schema_migrations add column if not exists statements text[];
    alter table supabase_migrations.schema_migrations add column if not exists name text;
  `);
}

async function readHistory(sql: Sql): Promise<History> {
  const rows = await sql<{ version: string; statements: string[] | null }[]>`
    select version, to_jsonb(statements) as statements from supabase_migrations.schema_migrations`;
  return new Map(rows.map(({ version, statements }) => [version, statements]));
}

function checkHistory(migrations: Migration[], history: History): void {
  const texts = new Map(migrations.map(({ version, text }) => [version, text]));
  for (const [version, statements] of history) {
    const text = texts.get(version);
    if (text === undefined) {
      throw new Error(`Cannot apply migrations: ${version} is applied, but its file is gone`);
    }
    if (statements !== null && essence(statements.join(";")) !== essence(text)) {
      throw new Error(`Cannot apply migrations: ${version} is applied, but its text has changed`);
    }
  }

  const latest = [...history.keys()].toSorted().at(-1) ?? "";
  const late = migrations.find(({ version }) => version < latest && !history.has(version));
  if (late) {
    throw new Error(
      `Cannot apply migrations: ${late.version} is new, but ${latest} is applied already`,
    );
  }
}

/** The CLI keeps a file's statements one by one, without what stood between them. */
function essence(text: string): string {
  return text.replaceAll(/[\s;]+/g, "");
}

async function applyOne(sql: Sql, { version, name, text }: Migration): Promise<boolean> {
  return await sql.begin(async (transaction) => {
    await transaction`lock table supabase_migrations.schema_migrations in exclusive mode`;
    const [known] = await transaction`
      select from supabase_migrations.schema_migrations where version = ${version}`;
    if (known) return false;

    try {
      await transaction.unsafe(text).simple();
    } catch (error) {
      throw new Error(`Cannot apply migration ${version}_${name}: ${explain(error, text)}`, {
        cause: error,
      });
    }
    // As JSON: a client that has not fetched the types cannot write an array.
    await transaction`
      insert into supabase_migrations.schema_migrations (version, name, statements)
      select ${version}, ${name}, array(
        select jsonb_array_elements_text(${transaction.json(splitStatements(text))})
      )`;
    return true;
  });
}

/** Postgres counts in characters from 1; a person counts lines. */
function explain(error: unknown, text: string): string {
  if (!(error instanceof Error)) return String(error);
  if (!("position" in error)) return error.message;
  const line = text.slice(0, Number(error.position)).split("\n").length;
  return `${error.message} (line ${line})`;
}

/** Creates or updates a secret in Vault: what `[db.vault]` in config.toml does on a push. */
export async function setVaultSecret(sql: Sql, name: string, value: string): Promise<void> {
  const [known] = await sql<{ id: string }[]>`select id from vault.secrets where name = ${name}`;
  if (known) await sql`select vault.update_secret(${known.id}, ${value})`;
  else await sql`select vault.create_secret(${value}, ${name})`;
}
