import { setVaultSecret } from "../../local/postgres/migrations.ts";
import type { Stack } from "../../local/stack.ts";
import { pause } from "../../supabase/functions/_shared/pause.ts";
import { patiently } from "../patient_sql.ts";

const ROTATED = ["CALLBACK_SIGNING_SECRET", "PIPELINE_BELL_SECRET"] as const;

export type Secrets = Readonly<Record<typeof ROTATED[number], string>>;

/** Both secrets are replaced as docs/deploying.md says: both at once, then Vault, then the old one goes. */
export async function rotateSecrets(
  stack: Pick<Stack, "env" | "sql" | "functions">,
  next: Secrets,
  ms: number,
): Promise<void> {
  const { env, sql } = stack;
  for (const name of ROTATED) env[name] = `${next[name]},${env[name]}`;
  await restartAll(stack);
  await patiently(
    sql,
    (sql) => setVaultSecret(sql, "reelay_bell_secret", next.PIPELINE_BELL_SECRET),
  );
  await pause(ms);
  for (const name of ROTATED) env[name] = next[name];
  await restartAll(stack);
}

/** What functions see is what they began with. All die in the middle of what they do. */
export async function restartAll({ functions }: Pick<Stack, "functions">): Promise<void> {
  await Promise.all(functions.names.map((name) => functions.kill(name)));
}
