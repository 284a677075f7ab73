import assert from "node:assert/strict";
import { testDatabase } from "../../local/postgres/testing.ts";
import { PROJECT_ROOT } from "../project_root.ts";
import { checkSchema, RESTORE } from "./check_schema.ts";
import { finding } from "./finding.ts";

Deno.test("doctor --drift names what differs from supabase/schemas, and what is only theirs", async () => {
  const { sql, close } = await testDatabase();
  try {
    assert.deepEqual((await checkSchema(sql, PROJECT_ROOT)).map(finding), [
      "ok       The database is what supabase/schemas says",
    ]);

    await sql.unsafe(RESTORE).simple();
    assert.deepEqual(
      (await checkSchema(sql, PROJECT_ROOT)).map(finding),
      ["ok       The database is what supabase/schemas says"],
      "a dump that was restored is as well",
    );

    await sql`drop index public.projects_newest_by_status`;
    await sql`alter table public.media alter column url drop not null`;
    await sql`create table public.customers (customer_id text primary key)`;
    const lines = (await checkSchema(sql, PROJECT_ROOT)).map(finding);

    assert(
      lines.some((line) =>
        /^wrong +Not in the database: index public\.projects_newest_by_status\n/.test(line)
      ),
    );
    assert(lines.some((line) => /^wrong +column public\.media\.url: differs\n/.test(line)));
    assert(
      lines.some((line) => /^note +Only in the database.*: table public\.customers$/.test(line)),
    );
    assert.equal(lines.filter((line) => line.startsWith("wrong")).length, 2, lines.join("\n"));
  } finally {
    await close();
  }
});
