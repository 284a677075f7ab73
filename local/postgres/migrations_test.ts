import { deepEqual, equal, rejects } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { type Cluster, startCluster } from "./cluster.ts";
import { applyMigrations } from "./migrations.ts";

let cluster: Cluster;
Deno.test.beforeAll(async () => {
  cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
});
Deno.test.afterAll(() => cluster.stop());

const TABLE =
  "-- Things\ncreate table public.things (n integer);\ninsert into things values (1);\n";

/** A new database, and a folder with these files in it. */
function given(
  files: Record<string, string>,
  use: (given: { sql: Sql; folder: string }) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const folder = await Deno.makeTempDir({ prefix: "migrations_test_" });
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(folder, name), text);
    }
    const name = `migrations_${randomUUID().replaceAll("-", "")}`;
    const admin = postgres(cluster.url, { max: 1 });
    await admin.unsafe(`create database ${name}`);
    await admin.end();
    const url = Object.assign(new URL(cluster.url), { pathname: `/${name}` });
    const sql = postgres(url.href, { max: 3, onnotice: () => {} });
    try {
      await use({ sql, folder });
    } finally {
      await sql.end();
      await Deno.remove(folder, { recursive: true });
    }
  };
}

Deno.test(
  "migrations apply in order of their versions, once, and are recorded as the CLI does",
  given({
    "20260102000000_second.sql": "alter table public.things add column m integer;",
    "20260101000000_first_one.sql": TABLE,
    "notes.sql": "this is no migration",
    "README.md": "neither is this",
  }, async ({ sql, folder }) => {
    deepEqual(await applyMigrations(sql, folder), ["20260101000000", "20260102000000"]);
    deepEqual(await applyMigrations(sql, folder), []);

    deepEqual([
      ...await sql`
      select version, name, statements from supabase_migrations.schema_migrations order by 1`,
    ], [
      {
        version: "20260101000000",
        name: "first_one",
        statements: [
          "-- Things\ncreate table public.things (n integer)",
          "insert into things values (1)",
        ],
      },
      {
        version: "20260102000000",
        name: "second",
        statements: ["alter table public.things add column m integer"],
      },
    ]);
    deepEqual([...await sql`select n, m from public.things`], [{ n: 1, m: null }]);
  }),
);

Deno.test(
  "a folder that is not there has no migrations",
  given({}, async ({ sql, folder }) => {
    deepEqual(await applyMigrations(sql, join(folder, "absent")), []);
  }),
);

Deno.test(
  "a migration that fails leaves nothing of itself and names its line",
  given({
    "1_good.sql": TABLE,
    "2_bad.sql": "create table public.half ();\n\nselect nonsense;",
  }, async ({ sql, folder }) => {
    await rejects(
      applyMigrations(sql, folder),
      /Cannot apply migration 2_bad: column "nonsense" does not exist \(line 3\)/,
    );

    equal((await sql`select to_regclass('public.half') as half`)[0]?.half, null);
    equal((await sql`select from supabase_migrations.schema_migrations`).length, 1);
  }),
);

Deno.test(
  "an applied migration whose text has changed is refused",
  given({ "1_first.sql": TABLE }, async ({ sql, folder }) => {
    await applyMigrations(sql, folder);
    await Deno.writeTextFile(join(folder, "1_first.sql"), TABLE.replace("(1)", "(2)"));

    await rejects(applyMigrations(sql, folder), /1 is applied, but its text has changed/);
  }),
);

Deno.test(
  "an applied migration whose file is gone is refused",
  given({ "1_first.sql": TABLE }, async ({ sql, folder }) => {
    await applyMigrations(sql, folder);
    await Deno.remove(join(folder, "1_first.sql"));

    await rejects(applyMigrations(sql, folder), /1 is applied, but its file is gone/);
  }),
);

Deno.test(
  "a new migration that sorts before an applied one is refused",
  given({ "20260102000000_b.sql": TABLE }, async ({ sql, folder }) => {
    await applyMigrations(sql, folder);
    await Deno.writeTextFile(join(folder, "20260101000000_a.sql"), "select 1;");

    await rejects(
      applyMigrations(sql, folder),
      /20260101000000 is new, but 20260102000000 is applied already/,
    );
  }),
);

Deno.test(
  "two runners at the same time apply each migration once",
  given({ "1_first.sql": TABLE, "2_second.sql": "insert into public.things values (2);" }, async (
    { sql, folder },
  ) => {
    const applied = await Promise.all([
      applyMigrations(sql, folder),
      applyMigrations(sql, folder),
    ]);

    deepEqual(applied.flat().toSorted(), ["1", "2"]);
    equal((await sql`select from public.things`).length, 2);
  }),
);
