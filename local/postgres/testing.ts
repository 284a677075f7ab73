import { createHash, randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres, { type Sql } from "postgres";
import { type Cluster, startCluster } from "./cluster.ts";
import { applyMigrations, readMigrations } from "./migrations.ts";

/** A database of one test's own, with all migrations applied. */
export interface TestDatabase {
  /** Connected as the superuser postgres. */
  sql: Sql;
  url: string;
  /** Another client with one connection, for what needs two sessions. Closed by `close`. */
  connect(): Sql;
  close(): Promise<void>;
}

const TEMPLATE = "reelay_template";
const MIGRATIONS = join(
  dirname(fileURLToPath(import.meta.url)),
  "../../supabase/migrations",
);
const CLONE_TRIES = 20;
/** `object_in_use`: somebody is connected to the template. */
const IN_USE = "55006";

let own: { cluster: Promise<Cluster>; users: number } | null = null;

/**
 * Clones the template database. The cluster is the one named by REELAY_TEST_CLUSTER (the url of a
 * cluster for which `prepareTemplate` was called), else one that this process's tests share, which
 * stops when the last of their databases is closed.
 */
export async function testDatabase(
  { clusterUrl = Deno.env.get("REELAY_TEST_CLUSTER") }: { clusterUrl?: string } = {},
): Promise<TestDatabase> {
  const { url: server, leave } = clusterUrl
    ? { url: new URL(clusterUrl), leave: async () => {} }
    : await joinOwnCluster();
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await withClient(server, (admin) => clone(admin, name));

  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const clients: Sql[] = [];
  function connect(max: number): Sql {
    const client = postgres(url, { max, onnotice: () => {} });
    clients.push(client);
    return client;
  }

  return {
    sql: connect(4),
    url,
    connect: () => connect(1),
    async close() {
      await Promise.all(clients.map((client) => client.end({ timeout: 1 })));
      await withClient(server, (admin) => admin.unsafe(`drop database ${name} with (force)`));
      await leave();
    },
  };
}

/**
 * Where whoever runs the tests has made a data directory with all migrations applied, for stacks to
 * begin with a copy of; undefined: each applies them itself.
 */
export const MIGRATED_DATA = Deno.env.get("REELAY_TEST_DATA");

/** Makes such a data directory. */
export async function prepareData(dataDir: string): Promise<void> {
  const cluster = await startCluster({
    port: 0,
    dataDir,
    // The least to copy.
    settings: { fsync: "off", min_wal_size: "2MB" },
  });
  await withClient(new URL(cluster.url), async (sql) => {
    await applyMigrations(sql, MIGRATIONS);
    // Two files of three are theirs, and no stack makes a database.
    await sql`update pg_database set datistemplate = false`;
    await sql`drop database template0`;
    await sql`drop database template1`;
  }).finally(() => cluster.stop());
}

/** Makes the template database in a running cluster, anew if the migrations have changed. */
export async function prepareTemplate(
  clusterUrl: string,
  { migrations = MIGRATIONS }: { migrations?: string } = {},
): Promise<void> {
  const server = new URL(clusterUrl);
  const digest = createHash("sha256").update(JSON.stringify(await readMigrations(migrations)))
    .digest("hex");

  await withClient(server, async (admin) => {
    await admin`select pg_advisory_lock(hashtext(${TEMPLATE}))`;
    const [made] = await admin`
      select from pg_database
      where datname = ${TEMPLATE} and shobj_description(oid, 'pg_database') = ${digest}`;
    if (made) return;

    await admin.unsafe(`drop database if exists ${TEMPLATE} with (force)`);
    await admin.unsafe(`create database ${TEMPLATE}`);
    const url = Object.assign(new URL(server), { pathname: `/${TEMPLATE}` });
    await withClient(url, (sql) => applyMigrations(sql, migrations));
    // A database that nobody can connect to can be cloned at any time, by many at once.
    await admin.unsafe(`alter database ${TEMPLATE} with allow_connections false`);
    await admin.unsafe(`comment on database ${TEMPLATE} is '${digest}'`);
  });
}

async function joinOwnCluster(): Promise<{ url: URL; leave: () => Promise<void> }> {
  const joined = own ??= { cluster: startOwn(), users: 0 };
  joined.users++;

  async function leave(): Promise<void> {
    if (--joined.users > 0) return;
    own = null;
    await (await joined.cluster).stop("immediate");
  }
  try {
    return { url: new URL((await joined.cluster).url), leave };
  } catch (error) {
    own = null;
    throw error;
  }
}

async function startOwn(): Promise<Cluster> {
  const cluster = await startCluster({
    port: 0,
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
  });
  await prepareTemplate(cluster.url);
  return cluster;
}

async function clone(admin: Sql, name: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      await admin.unsafe(`create database ${name} template ${TEMPLATE}`);
      return;
    } catch (error) {
      const inUse = error instanceof postgres.PostgresError && error.code === IN_USE;
      if (!inUse || tries === CLONE_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50 * tries));
    }
  }
}

async function withClient<T>(url: URL, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}
