import postgres, { type Sql } from "postgres";
import { startCluster } from "../../local/postgres/cluster.ts";
import { type Catalog, compareCatalogs, type Difference, readCatalog } from "../catalog.ts";
import { buildFromSchemas, describe } from "../drift.ts";
import { type Finding, note, ok, wrong } from "./finding.ts";

/** Who owns and grants what differs between a pocket and a hosted database is the platform's. */
const PLATFORM =
  /^(schema|default privileges|publication|event trigger|extension) |\b(auth|storage|realtime|extensions|graphql\w*|vault|pgbouncer|net|cron|supabase_functions)\./;

/** Compares the database with supabase/schemas, built on a throw-away Postgres. */
export async function checkSchema(sql: Sql, root: string): Promise<Finding[]> {
  const differences = compareCatalogs(await readCatalog(sql), await declaredCatalog(root))
    .filter(({ object }) => !PLATFORM.test(object));
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

async function declaredCatalog(root: string): Promise<Catalog> {
  const cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  const sql = postgres(cluster.url, { max: 1, onnotice() {} });
  try {
    await buildFromSchemas(sql, root);
    return await readCatalog(sql);
  } finally {
    await sql.end();
    await cluster.stop();
  }
}
