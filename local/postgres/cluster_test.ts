import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { type Cluster, startCluster } from "./cluster.ts";
import { identifyProcess, waitForEnd } from "./process_identity.ts";

const settings = { fsync: "off" };

async function query<T>(cluster: Cluster, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(cluster.url, { max: 1, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cluster_test_" });
  await Deno.chmod(folder, 0o755);
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("a cluster is Postgres 17, in UTC, and knows its own port and process", async () => {
  const cluster = await startCluster({ port: 0, settings });

  const [row] = await query(cluster, (sql) =>
    sql`
      select current_setting('server_version_num')::integer / 10000 as major,
        current_setting('port')::integer as port, current_setting('timezone') as timezone,
        current_setting('fsync') as fsync`);

  deepEqual({ ...row }, { major: 17, port: cluster.port, timezone: "UTC", fsync: "off" });
  equal(cluster.url, `postgres://postgres:postgres@127.0.0.1:${cluster.port}/postgres`);
  notEqual(await identifyProcess(cluster.pid), null);
  await cluster.stop();
});

Deno.test("stopping ends the process and removes a throw-away data directory", async () => {
  const cluster = await startCluster({ port: 0, settings });
  const { pid, dataDir } = cluster;
  ok(await exists(dataDir));

  await cluster.stop();

  equal(await identifyProcess(pid), null);
  equal(await exists(dataDir), false);
  await cluster.stop();
});

Deno.test("a wrong password is refused", async () => {
  const cluster = await startCluster({ port: 0, settings });

  const sql = postgres(cluster.url.replace(":postgres@", ":wrong@"), { max: 1 });
  await rejects(() => sql`select 1`, { code: "28P01" });

  await sql.end();
  await cluster.stop();
});

Deno.test("a second cluster runs beside the first, on another port and other data", async () => {
  const [one, other] = await Promise.all([
    startCluster({ port: 0, settings }),
    startCluster({ port: 0, settings }),
  ]);

  await query(one, (sql) => sql`create table only_here ()`);
  const [found] = await query(other, (sql) => sql`select to_regclass('only_here') as found`);

  equal(found?.found, null);
  await Promise.all([one.stop(), other.stop()]);
});

Deno.test("a port that is taken is refused in plain words", async () => {
  const cluster = await startCluster({ port: 0, settings });

  await rejects(startCluster({ port: cluster.port, settings }), {
    message: `Cannot start Postgres on port ${cluster.port}: another program is using it`,
  });

  await cluster.stop();
});

Deno.test("data in a folder of one's own survive a stop", () =>
  withFolder(async (folder) => {
    const dataDir = join(folder, "data");
    const first = await startCluster({ port: 0, dataDir, settings });
    await query(first, (sql) => sql`create table kept as select 7 as n`);
    await first.stop();

    const second = await startCluster({ port: 0, dataDir, settings });

    deepEqual([...await query(second, (sql) => sql`select n from kept`)], [{ n: 7 }]);
    await second.stop();
  }));

Deno.test("a throw-away Postgres may begin with what a stopped one holds, and leaves that as it is", () =>
  withFolder(async (folder) => {
    const copyOf = join(folder, "data");
    const first = await startCluster({ port: 0, dataDir: copyOf, settings });
    await query(first, (sql) => sql`create table kept as select 7 as n`);
    await first.stop();

    for (let times = 0; times < 2; times++) {
      const copy = await startCluster({ port: 0, copyOf, settings });
      deepEqual([...await query(copy, (sql) => sql`select n from kept`)], [{ n: 7 }]);
      await query(copy, (sql) => sql`drop table kept`);
      await copy.stop("immediate");
    }
  }));

Deno.test("after a crash, a restart finds what was committed, and unlogged tables empty", () =>
  withFolder(async (folder) => {
    const cluster = await startCluster({ port: 0, dataDir: join(folder, "data") });
    await query(cluster, async (sql) => {
      await sql`create table kept as select 7 as n`;
      await sql`create unlogged table lost as select 7 as n`;
    });
    const before = cluster.pid;

    await cluster.crash();
    await cluster.restart();

    notEqual(cluster.pid, before);
    equal((await query(cluster, (sql) => sql`select n from kept`)).length, 1);
    equal((await query(cluster, (sql) => sql`select n from lost`)).length, 0);
    await cluster.stop();
  }));

Deno.test("a data directory in use by a living process is not taken over", () =>
  withFolder(async (folder) => {
    const dataDir = join(folder, "data");
    const cluster = await startCluster({ port: 0, dataDir, settings });

    await rejects(startCluster({ port: 0, dataDir, settings }), /process \d+ is using it/);

    await query(cluster, (sql) => sql`select 1`);
    await cluster.stop();
  }));

Deno.test("a data directory whose owner died is taken over, its Postgres stopped first", () =>
  withFolder(async (folder) => {
    const dataDir = join(folder, "data");
    const old = await startCluster({ port: 0, dataDir, settings });
    // As if another process had started it: no process has this start time.
    await Deno.writeTextFile(join(old.dataDir, "reelay-owner"), `${Deno.pid} long ago`);

    const cluster = await startCluster({ port: old.port, dataDir, settings });

    equal(await identifyProcess(old.pid), null);
    await query(cluster, (sql) => sql`select 1`);
    await cluster.stop();
  }));

Deno.test("a stale postmaster.pid whose number belongs to somebody else harms nobody", () =>
  withFolder(async (folder) => {
    const dataDir = join(folder, "data");
    const first = await startCluster({ port: 0, dataDir, settings });
    const stale = await Deno.readTextFile(join(first.dataDir, "postmaster.pid"));
    await first.stop();
    const bystander = new Deno.Command("sleep", { args: ["60"] }).spawn();
    await Deno.writeTextFile(
      join(first.dataDir, "postmaster.pid"),
      stale.replace(/^\d+/, String(bystander.pid)),
    );

    const second = await startCluster({ port: 0, dataDir, settings }).catch((error) => error);

    notEqual(await identifyProcess(bystander.pid), null);
    bystander.kill();
    await bystander.status;
    if (second instanceof Error) throw second;
    await second.stop();
  }));

Deno.test("a data directory of another Postgres version is refused", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "PG_VERSION"), "15\n");

    await rejects(startCluster({ port: 0, dataDir: folder, settings }), /it is of Postgres 15/);
  }));

Deno.test("SIGKILL of the process that started it leaves no Postgres and no throw-away data", async () => {
  const script = `
    import { startCluster } from ${JSON.stringify(import.meta.resolve("./cluster.ts"))};
    const { pid, dataDir } = await startCluster({ port: 0, settings: { fsync: "off" } });
    console.log(JSON.stringify({ pid, dataDir }));
    setInterval(() => {}, 1000);`;
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    cwd: import.meta.dirname,
    stdout: "piped",
  }).spawn();
  const reader = parent.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { pid, dataDir } = JSON.parse((await reader.read()).value ?? "");
  match(String(pid), /^\d+$/);

  parent.kill("SIGKILL");
  await parent.status;
  await reader.cancel();

  equal(await waitForEnd(pid, 10_000), true);
  for (let tries = 0; await exists(dataDir) && tries < 600; tries++) await waitForEnd(Deno.pid, 50);
  equal(await exists(dataDir), false);
});
