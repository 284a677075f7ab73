import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { onDatabase } from "./given.ts";

const TABLES = ["projects", "scenes", "video_chunks", "media"];

Deno.test(
  "grants: anon and authenticated can execute nothing of ours",
  onDatabase(async ({ sql }) => {
    const open = await sql`
      select role, oid::regprocedure::text as name
      from pg_proc, unnest(array['anon', 'authenticated']) as role
      where pronamespace::regnamespace::text in ('public', 'private')
        and has_function_privilege(role, oid, 'execute')`;

    assert.deepEqual([...open], []);
  }),
);

Deno.test(
  "grants: service_role can execute what stands in public, and nothing private but what a row of its own needs",
  onDatabase(async ({ sql }) => {
    const rows = await sql`
      select oid::regprocedure::text as name, pronamespace::regnamespace::text as schema,
        has_function_privilege('service_role', oid, 'execute') as may, prosecdef as definer
      from pg_proc where pronamespace::regnamespace::text in ('public', 'private')`;

    const verbs = rows.filter(({ schema }) => schema === "public");
    assert(verbs.length >= 10);
    assert.deepEqual(verbs.filter(({ may, definer }) => !may || !definer), []);
    const own = rows.filter(({ schema, may }) => schema === "private" && may);
    assert.deepEqual(own.map(({ name }) => name).toSorted(), [
      "private.clock()",
      "private.is_chunk_whole(text,text,text,text,text)",
      "private.new_id(text)",
    ]);
    const [usage] = await sql`
      select has_schema_privilege('service_role', 'private', 'usage') as service,
        has_schema_privilege('authenticated', 'private', 'usage') as authenticated,
        has_schema_privilege('anon', 'private', 'usage') as anon`;
    assert.deepEqual(usage, { service: false, authenticated: false, anon: false });
  }),
);

Deno.test(
  "grants: authenticated may select from four tables, anon from none",
  onDatabase(async ({ sql }) => {
    assert.deepEqual(await granted(sql, "authenticated", "select"), TABLES.toSorted());
    assert.deepEqual(await granted(sql, "anon", "select"), []);
    for (const right of ["insert", "update", "delete", "truncate"]) {
      assert.deepEqual(await granted(sql, "authenticated", right), [], right);
      assert.deepEqual(await granted(sql, "anon", right), [], right);
    }
  }),
);

Deno.test(
  "grants: service_role writes nothing itself but the columns of an outside worker's chunks",
  onDatabase(async ({ sql }) => {
    for (const right of ["insert", "update", "delete", "truncate"]) {
      assert.deepEqual(await granted(sql, "service_role", right), [], right);
    }
    const columns = await sql`
      select privilege_type as right, array_agg(column_name::text order by column_name) as columns
      from information_schema.column_privileges
      where grantee = 'service_role' and privilege_type in ('INSERT', 'UPDATE')
        and table_schema in ('public', 'private')
      group by table_name, privilege_type order by 1`;
    assert.deepEqual([...columns], [
      {
        right: "INSERT",
        columns: [
          "audio_url",
          "chunk_id",
          "driver_video_url",
          "image_url",
          "metadata",
          "model",
          "prompt",
          "request_id",
          "status",
        ],
      },
      { right: "UPDATE", columns: ["audio_url", "final_video_url", "metadata", "request_id"] },
    ]);
  }),
);

/** Tables of ours on which a role has a right as a whole. */
async function granted(sql: Sql, role: string, right: string): Promise<string[]> {
  const rows = await sql`
    select relname as name from pg_class
    where relnamespace::regnamespace::text in ('public', 'private') and relkind in ('r', 'p', 'v')
      and has_table_privilege(${role}, oid, ${right})
    order by relname`;
  return rows.map(({ name }) => name);
}
