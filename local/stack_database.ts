import { join } from "node:path";
import type { Sql } from "postgres";
import { type Cluster, startCluster } from "./postgres/cluster.ts";
import { applyMigrations, setVaultSecret } from "./postgres/migrations.ts";
import { connectSturdily } from "./postgres/sturdy_sql.ts";

/** Starts Postgres with its migrations and the secrets of the bell. Whoever starts it calls `stop`. */
export async function startDatabase(
  {
    root,
    migrations = join(root, "supabase/migrations"),
    port,
    dataDir,
    copyOf,
    settings,
    env,
    log,
  }: {
    root: string;
    /** The folder of the migrations to apply. */
    migrations?: string;
    port: number;
    dataDir: string | undefined;
    copyOf?: string;
    settings: Record<string, string>;
    env: Record<string, string>;
    log: (line: string) => void;
  },
): Promise<{ cluster: Cluster; sql: Sql; stop: () => Promise<void> }> {
  await using started = new AsyncDisposableStack();
  const cluster = started.adopt(
    await startCluster({ port, dataDir, copyOf, settings, log }),
    // What is thrown away needs no checkpoint before.
    (cluster) => cluster.stop(dataDir === undefined ? "immediate" : "fast"),
  );
  const sql = started.adopt(
    connectSturdily(cluster.url, { max: 5 }),
    (sql) => sql.end({ timeout: 1 }),
  );

  const applied = await applyMigrations(sql, migrations);
  if (applied.length > 0) log(`Applied migrations ${applied.join(", ")}`);
  // The bell is rung from here, so not through a tunnel that WEBHOOK_BASE_URL may name.
  await setVaultSecret(sql, "reelay_functions_url", `${env.SUPABASE_URL}/functions/v1`);
  await setVaultSecret(sql, "reelay_bell_secret", env.PIPELINE_BELL_SECRET ?? "");

  const running = started.move();
  return { cluster, sql, stop: () => running.disposeAsync() };
}
