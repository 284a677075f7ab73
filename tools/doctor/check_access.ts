import { join } from "node:path";
import type { Sql } from "postgres";
import { readMigrations } from "../../local/postgres/migrations.ts";
import { type Finding, ok, wrong } from "./finding.ts";
import { shippedFunctions } from "./shipped_rows.ts";

type Hole = { what: string };

const READABLE = ["projects", "scenes", "video_chunks", "media"];

/** Who may read and call what: row level security and grants. */
export async function checkAccess(sql: Sql, root: string): Promise<Finding[]> {
  const revoke = "revoke it; deno task doctor --drift names everything that differs";
  return [
    ...await check("Row level security is on for every table", revoke, () =>
      sql<Hole[]>`
        select format('Table %s has no row level security', oid::regclass) as what
        from pg_class
        where relnamespace::regnamespace::text in ('public', 'private') and relkind in ('r', 'p')
          and not relrowsecurity
          -- Other tables in public are the installation's own.
          and (relnamespace = 'private'::regnamespace or relname in ${sql(OURS)})`),
    ...await check("Strangers read no table, users only their own films", revoke, () =>
      sql<Hole[]>`
        select format('%s may %s %s', role, privilege, oid::regclass) as what
        from pg_class,
          unnest(array['anon', 'authenticated']) as role,
          unnest(array['select', 'insert', 'update', 'delete']) as privilege
        where relnamespace = 'public'::regnamespace and relname in ${sql(OURS)}
          and has_table_privilege(role, oid, privilege)
          and not (role = 'authenticated' and privilege = 'select' and relname in ${
        sql(READABLE)
      })`),
    ...await check("service_role writes through functions", revoke, () =>
      sql<Hole[]>`
        select format('service_role may %s %s', privilege, oid::regclass) as what
        from pg_class, unnest(array['insert', 'update', 'delete']) as privilege
        where relnamespace = 'public'::regnamespace and relname in ${sql(OURS)}
          and has_table_privilege('service_role', oid, privilege)`),
    ...await check("The schema private is closed", revoke, () =>
      sql<Hole[]>`
        select format('%s may use the schema private', role) as what
        from unnest(array['anon', 'authenticated', 'service_role']) as role
        where has_schema_privilege(role, 'private', 'usage')`),
    ...await checkFunctions(sql, root),
  ];
}

/** Whoever may call one of them by the API does what it does: they are `security definer`. */
async function checkFunctions(sql: Sql, root: string): Promise<Finding[]> {
  const texts = (await readMigrations(join(root, "supabase/migrations"))).map(({ text }) => text);
  const holes = await sql<{ role: string; may: boolean; names: string[] }[]>`
    select role, may, to_jsonb(array_agg(oid::regprocedure::text order by proname)) as names
    from pg_proc,
      unnest(array['anon', 'authenticated', 'service_role']) as role,
      lateral (select has_function_privilege(role, oid, 'execute') as may) as granted
    where pronamespace = 'public'::regnamespace and proname in ${sql(shippedFunctions(texts))}
      and may <> (role = 'service_role')
    group by role, may`;
  if (holes.length === 0) return [ok("Doors' functions answer to service_role alone")];
  return holes.map(({ role, may, names: [first = "", ...more] }) => {
    const what = more.length === 0 ? first : `${first} and ${more.length} more`;
    return may
      ? wrong(`${role} may call ${what}`, REVOKE_ALL)
      : wrong(`${role} may not call ${what}`, `grant execute on function ${first} to ${role};`);
  });
}

const REVOKE_ALL = "at once: revoke execute on all functions in schema public from public, anon, " +
  "authenticated; functions of yours that they are to call are granted to them again";

const OURS = [
  ...READABLE,
  "webhook_logs",
  "webhook_deliveries",
  "webhook_delivery_attempts",
  "pipeline_events",
  "error_logs",
];

async function check(
  rule: string,
  todo: string,
  find: () => Promise<Hole[]>,
): Promise<Finding[]> {
  const holes = await find();
  return holes.length === 0 ? [ok(rule)] : holes.map(({ what }) => wrong(what, todo));
}
