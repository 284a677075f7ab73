import type { Sql } from "postgres";
import { setVaultSecret } from "../local/postgres/migrations.ts";
import { type Get, optional, webhookBaseUrl } from "../supabase/functions/_shared/env.ts";
import { connect, databaseUrl, shownUrl } from "./connect.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { readEnvironment } from "./read_environment.ts";
import { readArguments } from "./usage.ts";

const USAGE = `deno task db:secrets [--db URL]

Writes the database's own settings into Vault: WEBHOOK_BASE_URL as reelay_functions_url and
PIPELINE_BELL_SECRET as reelay_bell_secret, from the shell, else from supabase/functions/.env.
\`supabase db push\` does that only while a migration is pending; this does it at any time.

  --db URL  default: SUPABASE_DB_URL; for functions on this machine the pocket Supabase

The pocket Supabase's are written at each start. To rotate the bell's secret of a hosted project: set
"new,old" for the functions (supabase secrets set), run this with "new,old" or "new", then set "new"
alone. The bell is signed with the first one.`;

export type Written = { name: string; done: "created" | "updated" | "unchanged" };

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message || error.name : String(error));
    Deno.exit(1);
  }
}

async function main(): Promise<void> {
  const { values } = readArguments(USAGE, { options: { db: { type: "string" } } });
  const get = await readEnvironment({ root: PROJECT_ROOT });
  const url = databaseUrl(values.db, { get, functions: webhookBaseUrl(get) });
  const sql = connect(url);
  try {
    console.log(`Writing into Vault of ${shownUrl(url)} ...`);
    for (const { name, done } of await writeDatabaseSecrets(sql, get)) {
      console.log(`${done.padEnd(10)} ${name}`);
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/**
 * Creates or updates both secrets in Vault.
 *
 * @throws when the environment lacks one of them; then nothing is written.
 */
export async function writeDatabaseSecrets(sql: Sql, get: Get): Promise<Written[]> {
  const values = {
    reelay_functions_url: needed(
      webhookBaseUrl(get),
      "WEBHOOK_BASE_URL",
      "https://<project-ref>.supabase.co/functions/v1",
    ),
    reelay_bell_secret: needed(
      optional(get, "PIPELINE_BELL_SECRET"),
      "PIPELINE_BELL_SECRET",
      "the value that the functions have",
    ),
  };

  const written: Written[] = [];
  for (const [name, value] of Object.entries(values)) {
    const known = await readSecret(sql, name);
    if (known !== value) await setVaultSecret(sql, name, value);
    written.push({
      name,
      done: known === undefined ? "created" : known === value ? "unchanged" : "updated",
    });
  }
  return written;
}

/** Undefined where there is none; null where Vault cannot decrypt it, after a restore from elsewhere. */
async function readSecret(sql: Sql, name: string): Promise<string | null | undefined> {
  const [known] = await sql`select from vault.secrets where name = ${name}`;
  if (!known) return undefined;
  const found = await sql<{ value: string }[]>`
    select decrypted_secret as value from vault.decrypted_secrets where name = ${name}`
    .catch(() => null);
  return found?.[0]?.value ?? null;
}

function needed(value: string | null, variable: string, what: string): string {
  if (value !== null) return value;
  throw new Error(`Cannot write secrets: ${variable} is not set; set it to ${what}`);
}
