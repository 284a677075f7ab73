import assert from "node:assert/strict";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { startCluster } from "../../local/postgres/cluster.ts";
import { applyMigrations } from "../../local/postgres/migrations.ts";
import { findAdvice, pushMigrations } from "../../tools/advisors.ts";
import { compareCatalogs, readCatalog } from "../../tools/catalog.ts";
import { describe } from "../../tools/drift.ts";
import { PROJECT_ROOT } from "../../tools/project_root.ts";
import { readSqlFiles } from "../../tools/sql_files.ts";

const MIGRATIONS = join(PROJECT_ROOT, "supabase/migrations");

/** A new project's database and, on the same cluster, a second one. */
async function withNewDatabases(
  check: (pushed: { url: string; sql: Sql }, other: { url: string; sql: Sql }) => Promise<void>,
): Promise<void> {
  const cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  const clients: Sql[] = [];
  function connect(name: string): { url: string; sql: Sql } {
    const url = Object.assign(new URL(cluster.url), { pathname: `/${name}` }).href;
    const sql = postgres(url, { max: 1, onnotice() {} });
    clients.push(sql);
    return { url, sql };
  }
  try {
    const pushed = connect("postgres");
    await pushed.sql`create database other`;
    await check(pushed, connect("other"));
  } finally {
    await Promise.all(clients.map((sql) => sql.end()));
    await cluster.stop();
  }
}

Deno.test("supabase db push applies every migration and puts the settings into Vault", async () => {
  await withNewDatabases(async ({ url, sql }) => {
    await pushMigrations(url);

    const applied = await sql`select version from supabase_migrations.schema_migrations order by 1`;
    const files = await readSqlFiles(PROJECT_ROOT, "supabase/migrations");
    assert.ok(files.length > 0);
    assert.deepEqual(
      applied.map(({ version }) => version),
      files.map(({ path }) => /(\d{14})_/.exec(path)?.[1]),
    );
    const secrets = await sql`select name from vault.decrypted_secrets order by name`;
    assert.deepEqual(
      secrets.map(({ name }) => name),
      ["reelay_bell_secret", "reelay_functions_url"],
    );
  });
});

Deno.test("the local runner and supabase db push build the same and know of each other", async () => {
  await withNewDatabases(async (pushed, other) => {
    await pushMigrations(pushed.url);
    await applyMigrations(other.sql, MIGRATIONS);

    const [byCli, byRunner] = [await readCatalog(pushed.sql), await readCatalog(other.sql)];
    assert.deepEqual(compareCatalogs(byCli, byRunner).map(describe), []);
    assert.deepEqual(await applyMigrations(pushed.sql, MIGRATIONS), []);
    assert.match(await pushMigrations(other.url), /up to date/i);
  });
});

Deno.test("supabase db advisors finds no error and no warning, and would find one", async () => {
  await withNewDatabases(async ({ url, sql }) => {
    await pushMigrations(url);
    assert.deepEqual(await findAdvice(url), []);

    await sql`create table public.open_to_all (id integer primary key)`;
    await sql`grant select on public.open_to_all to anon`;
    const findings = await findAdvice(url);
    assert.deepEqual(findings.map(({ name }) => name), ["rls_disabled_in_public"]);
  });
});
