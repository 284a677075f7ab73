import assert from "node:assert/strict";
import { join } from "node:path";
import { startCluster } from "../local/postgres/cluster.ts";
import { describe, findDrift } from "./drift.ts";

const TABLE = "create table public.films (film_id text primary key);\n";
const FUNCTION = "create function public.end_film() returns int language sql as 'select 1';\n";

/** What drift finds between these files, by name. */
async function driftBetween(
  clusterUrl: string,
  migrations: Record<string, string>,
  schemas: Record<string, string>,
): Promise<string[]> {
  const root = await Deno.makeTempDir();
  try {
    for (const [folder, files] of Object.entries({ migrations, schemas })) {
      await Deno.mkdir(join(root, "supabase", folder), { recursive: true });
      for (const [name, text] of Object.entries(files)) {
        await Deno.writeTextFile(join(root, "supabase", folder, name), text);
      }
    }
    return (await findDrift(clusterUrl, root)).map(describe);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("drift compares what all migrations with what all schema files build", async () => {
  const cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  try {
    const migrations = { "20260102030405_a.sql": TABLE, "20260102030406_b.sql": FUNCTION };
    const schemas = { "0100_films.sql": TABLE, "0200_end_film.sql": FUNCTION };

    assert.deepEqual(await driftBetween(cluster.url, migrations, schemas), []);
    assert.deepEqual(
      await driftBetween(cluster.url, migrations, {
        ...schemas,
        "0200_end_film.sql": FUNCTION.replace("select 1", "select 2"),
      }),
      [
        "function public.end_film(): differs\n" +
        "    - AS $function$select 1$function$\n    + AS $function$select 2$function$",
      ],
    );
  } finally {
    await cluster.stop();
  }
});

Deno.test("a schema file that does not run is named", async () => {
  const cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  try {
    await assert.rejects(
      driftBetween(cluster.url, {}, { "0100_films.sql": "create tabel x ();" }),
      /Cannot build the schema: supabase\/schemas\/0100_films\.sql: syntax error/,
    );
  } finally {
    await cluster.stop();
  }
});
