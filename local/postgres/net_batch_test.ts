import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import postgres from "postgres";
import { type Cluster, startCluster } from "./cluster.ts";
import { openNetDatabase, startReceiver, until } from "./net_testing.ts";

let cluster: Cluster;
Deno.test.beforeAll(async () => {
  cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
});
Deno.test.afterAll(() => cluster.stop());

Deno.test("a batch takes 200; the 201st waits until the slowest of them is answered", async () => {
  const receiver = startReceiver();
  const { sql, close } = await openNetDatabase(cluster.url);
  const release = receiver.hold("1");

  await sql`
    select net.http_post(${receiver.url} || '/' || n, timeout_milliseconds := 60000)
    from generate_series(1, 201) as n`;
  await receiver.arrived(200);
  await until(() => receiver.events.length === 200 + 199);
  // A commit that wakes the worker does not make it hurry.
  await sql`select net.http_post(${`${receiver.url}/202`})`;
  await until(async () => (await sql`select from net.http_request_queue`).length === 202);
  release();
  await receiver.arrived(202);

  ok(receiver.events.indexOf("201 arrived") > receiver.events.indexOf("1 answered"));
  ok(receiver.events.indexOf("202 arrived") > receiver.events.indexOf("1 answered"));
  equal(new Set(receiver.arrivals.map(({ path }) => path)).size, 202);
  await close();
  await receiver.stop();
});

Deno.test("a fast request that is committed later waits behind a slow one", async () => {
  const receiver = startReceiver();
  const { sql, close } = await openNetDatabase(cluster.url);
  const release = receiver.hold("slow");

  await sql`select net.http_post(${`${receiver.url}/slow`}, timeout_milliseconds := 60000)`;
  await receiver.arrived(1);
  await sql`select net.http_post(${`${receiver.url}/fast`})`;
  release();
  await receiver.arrived(2);

  deepEqual(receiver.events.slice(0, 3), ["slow arrived", "slow answered", "fast arrived"]);
  await close();
  await receiver.stop();
});

Deno.test("pg_net.batch_size is obeyed after worker_restart", async () => {
  const receiver = startReceiver();
  const { sql, log, close } = await openNetDatabase(cluster.url);
  const [database] = await sql`select current_database() as name`;
  await sql.unsafe(`alter database ${database?.name} set pg_net.batch_size = 1`);
  await until(() => log.length > 0);
  await sql`select net.worker_restart()`;
  // A worker that has not restarted yet takes both at once; one that is away takes them later.
  await until(async () =>
    (await sql`
      select from pg_stat_activity
      where application_name = 'pg_net 0.20.4' and datname = current_database()`).length === 0
  );

  await sql`
    select net.http_post(${receiver.url} || '/' || n) from generate_series(1, 3) as n`;
  await receiver.arrived(3);

  deepEqual(receiver.events.slice(0, 5), [
    "1 arrived",
    "1 answered",
    "2 arrived",
    "2 answered",
    "3 arrived",
  ]);
  await close();
  await receiver.stop();
});

Deno.test("an error while requests are open sends the whole batch again", async () => {
  const receiver = startReceiver();
  const { sql, log, close } = await openNetDatabase(cluster.url);
  const releases = ["a", "b"].map((path) => receiver.hold(path));
  await sql`select net.http_post(${receiver.url} || '/' || path)
    from unnest(array['a', 'b']) as path`;
  await receiver.arrived(2);

  await until(async () => {
    await sql`
      select pg_cancel_backend(pid)
      from pg_stat_activity
      where application_name = 'pg_net 0.20.4' and datname = current_database()
        and xact_start is not null`;
    return log.some((line) => line.includes("canceling statement"));
  });
  await receiver.arrived(4);
  releases.forEach((release) => release());
  await until(async () => (await sql`select from net._http_response`).length === 2);

  deepEqual(receiver.arrivals.map(({ path }) => path).toSorted(), ["a", "a", "b", "b"]);
  await close();
  await receiver.stop();
});

Deno.test("a row put into the queue by hand waits for somebody else's wake", async () => {
  const receiver = startReceiver();
  const { sql, url, log, close } = await openNetDatabase(cluster.url);
  const heard: string[] = [];
  const listener = postgres(url, { max: 1 });
  await listener.listen("pg_net", (payload) => heard.push(payload));
  await listener.listen("here", (payload) => heard.push(payload));
  await until(() => log.at(-1) === "pg_net worker: waiting for wake");

  await sql`
    insert into net.http_request_queue (method, url, timeout_milliseconds)
    values ('GET', ${`${receiver.url}/by-hand`}, 5000)`;
  // Notifications arrive in the order of their commits.
  await sql`notify here, 'after the insert'`;
  await until(() => heard.length > 0);
  deepEqual(heard, ["after the insert"]);
  equal((await sql`select from net.http_request_queue`).length, 1);
  await sql`select net.wake()`;
  await receiver.arrived(1);

  deepEqual(heard, ["after the insert", "wake"]);
  await listener.end();
  await close();
  await receiver.stop();
});

Deno.test("a paused worker leaves requests in the queue, and takes them when it comes back", async () => {
  const receiver = startReceiver();
  const { sql, worker, log, close } = await openNetDatabase(cluster.url);
  await until(() => log.length > 0);
  worker.pause();
  const before = log.length;
  await sql`select net.http_post(${`${receiver.url}/a`})`;
  await until(() => log.length > before);
  equal((await sql`select from net.http_request_queue`).length, 1);
  equal(receiver.arrivals.length, 0);

  worker.resume();
  await receiver.arrived(1);

  await close();
  await receiver.stop();
});

Deno.test("check_worker_is_up raises when no worker runs", async () => {
  const { sql, worker, close } = await openNetDatabase(cluster.url);
  await sql`select net.wait_until_running()`;
  await sql`select net.check_worker_is_up()`;

  await worker.stop();
  await until(async () =>
    (await sql`
      select from pg_stat_activity where application_name like 'pg_net %'`).length === 0
  );

  await rejects(() => sql`select net.check_worker_is_up()`, /worker is not up/);
  await close();
});
