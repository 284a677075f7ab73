import { randomUUID } from "node:crypto";
import postgres, { type Sql } from "postgres";
import { startCluster } from "../postgres/cluster.ts";

/** For tests: a new project's database, with no migration applied. */
export async function bareDatabase(
  { clusterUrl = Deno.env.get("REELAY_TEST_CLUSTER") }: { clusterUrl?: string } = {},
): Promise<{ sql: Sql; url: string; close: () => Promise<void> }> {
  await using started = new AsyncDisposableStack();
  const server = clusterUrl ?? started.adopt(
    await startCluster({ port: 0, settings: { fsync: "off" } }),
    (cluster) => cluster.stop("immediate"),
  ).url;
  const admin = started.adopt(
    postgres(server, { max: 1, onnotice: () => {} }),
    (admin) => admin.end(),
  );

  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await admin.unsafe(`create database ${name}`);
  started.defer(async () => {
    await admin.unsafe(`drop database ${name} with (force)`);
  });
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const sql = started.adopt(
    postgres(url, { max: 4, onnotice: () => {} }),
    (sql) => sql.end({ timeout: 1 }),
  );

  const running = started.move();
  return { sql, url, close: () => running.disposeAsync() };
}
