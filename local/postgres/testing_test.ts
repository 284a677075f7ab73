import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { type Cluster, startCluster } from "./cluster.ts";
import { prepareTemplate, testDatabase } from "./testing.ts";

let cluster: Cluster;
let migrations: string;
Deno.test.beforeAll(async () => {
  cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  migrations = await Deno.makeTempDir({ prefix: "testing_test_" });
  await Deno.writeTextFile(
    join(migrations, "1_things.sql"),
    "create extension pg_net with schema extensions; create table public.things (n integer);",
  );
  await prepareTemplate(cluster.url, { migrations });
});
Deno.test.afterAll(async () => {
  await cluster.stop();
  await Deno.remove(migrations, { recursive: true });
});

Deno.test("each test's database has the migrations and nothing of another test", async () => {
  const [one, other] = await Promise.all([
    testDatabase({ clusterUrl: cluster.url }),
    testDatabase({ clusterUrl: cluster.url }),
  ]);
  await one.sql`insert into public.things values (1)`;
  await one.sql`select net.http_post('http://a/')`;

  notEqual(one.url, other.url);
  equal((await one.sql`select from net.http_request_queue`).length, 1);
  equal((await other.sql`select from net.http_request_queue`).length, 0);
  equal((await other.sql`select from public.things`).length, 0);
  await Promise.all([one.close(), other.close()]);
});

Deno.test("connect gives a second session, and close drops the database", async () => {
  const database = await testDatabase({ clusterUrl: cluster.url });
  const other = database.connect();
  const [mine, theirs] = await Promise.all(
    [database.sql, other].map((sql) => sql`select pg_backend_pid() as pid`),
  );
  notEqual(mine?.[0]?.pid, theirs?.[0]?.pid);

  await database.close();
  await rejects(() => other`select 1`);
  const again = await testDatabase({ clusterUrl: cluster.url });
  const name = new URL(database.url).pathname.slice(1);
  equal((await again.sql`select from pg_database where datname = ${name}`).length, 0);
  await again.close();
});

Deno.test("many clone at once, and somebody prepares the template meanwhile", async () => {
  const [databases] = await Promise.all([
    Promise.all(Array.from({ length: 6 }, () => testDatabase({ clusterUrl: cluster.url }))),
    prepareTemplate(cluster.url, { migrations }),
  ]);

  equal(new Set(databases.map(({ url }) => url)).size, 6);
  await Promise.all(databases.map((database) => database.close()));
});

Deno.test("the template is made anew when the migrations change", async () => {
  await Deno.writeTextFile(join(migrations, "2_more.sql"), "insert into public.things values (2);");
  await prepareTemplate(cluster.url, { migrations });

  const database = await testDatabase({ clusterUrl: cluster.url });
  deepEqual([...await database.sql`select n from public.things`], [{ n: 2 }]);
  await database.close();
});
