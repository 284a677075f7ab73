import postgres, { type Sql } from "postgres";
import { startCluster } from "../../local/postgres/cluster.ts";
import { type Catalog, compareCatalogs, type Difference, readCatalog } from "../catalog.ts";
import { buildFromSchemas, describe } from "../drift.ts";
import { type Finding, note, ok, wrong } from "./finding.ts";

/** Who owns and grants what differs between a pocket and a hosted database is the platform's. */
const PLATFORM =
  /^(schema|default privileges|publication|event trigger|extension) |\b(auth|storage|realtime|extensions|graphql\w*|vault|pgbouncer|net|cron|supabase_functions)\./;

/**
 * Makes checks and views anew from what Postgres prints of them, as a dump that is restored does: it
 * prints some in other words then.
 */
export const RESTORE = `
do $$
declare
  v_one record;
begin
  perform set_config('search_path', '', true);
  for v_one in
    select conrelid::regclass as of, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint
    where contype = 'c' and conrelid <> 0 and connamespace::regnamespace::text in ('public', 'private')
  loop
    execute format('alter table %s drop constraint %I', v_one.of, v_one.name);
    execute format('alter table %s add constraint %I %s', v_one.of, v_one.name, v_one.definition);
  end loop;
  for v_one in
    select oid::regclass as name, pg_get_viewdef(oid) as definition,
      ' with (' || array_to_string(reloptions, ', ') || ')' as options
    from pg_class
    where relkind = 'v' and relnamespace::regnamespace::text in ('public', 'private')
  loop
    execute format('create or replace view %s%s as %s', v_one.name, v_one.options, v_one.definition);
  end loop;
end;
$$`;

/** Compares the database with supabase/schemas, built on a throw-away Postgres. */
export async function checkSchema(sql: Sql, root: string): Promise<Finding[]> {
  const here = await readCatalog(sql);
  const { declared, restored } = await declaredCatalogs(root);
  const differences = compareCatalogs(here, declared)
    .filter(({ object }) => !PLATFORM.test(object) && here.get(object) !== restored.get(object));
  const theirs = differences.filter((difference) =>
    "only" in difference && difference.only === "left"
  );
  const ours = differences.filter((difference) => !theirs.includes(difference));

  return [
    ...ours.map((difference) =>
      wrong(tell(difference), "push the migrations, or undo what was changed by hand")
    ),
    ...theirs.map(({ object }) => note(`Only in the database, and nothing of ours: ${object}`)),
    ...ours.length === 0 ? [ok("The database is what supabase/schemas says")] : [],
  ];
}

function tell(difference: Difference): string {
  if ("only" in difference) return `Not in the database: ${difference.object}`;
  return `${describe(difference)}\n    (- is in the database, + is in supabase/schemas)`;
}

/** As it is built, and as it is once it was restored from a dump. */
async function declaredCatalogs(root: string): Promise<{ declared: Catalog; restored: Catalog }> {
  const cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  const sql = postgres(cluster.url, { max: 1, onnotice() {} });
  try {
    await buildFromSchemas(sql, root);
    const declared = await readCatalog(sql);
    await sql.unsafe(RESTORE).simple();
    return { declared, restored: await readCatalog(sql) };
  } finally {
    await sql.end();
    await cluster.stop();
  }
}
