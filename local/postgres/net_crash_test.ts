import { deepEqual, equal } from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { startCluster } from "./cluster.ts";
import { startReceiver, until } from "./net_testing.ts";
import { startNetWorker } from "./net_worker.ts";

async function withClient<T>(url: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}

Deno.test("a crash loses queued requests and responses; the worker finds its way back", async () => {
  const cluster = await startCluster({ port: 0 });
  const receiver = startReceiver();
  const worker = startNetWorker({ url: cluster.url });
  await withClient(cluster.url, async (sql) => {
    await sql`create extension pg_net with schema extensions`;
    await sql`select net.http_post(${`${receiver.url}/before`})`;
    await until(async () => (await sql`select from net._http_response`).length === 1);
    worker.pause();
    await sql`select net.http_post(${`${receiver.url}/lost`})`;
  });

  await cluster.crash();
  await cluster.restart();

  await withClient(cluster.url, async (sql) => {
    equal((await sql`select from net.http_request_queue`).length, 0);
    equal((await sql`select from net._http_response`).length, 0);
    worker.resume();
    await sql`select net.http_post(${`${receiver.url}/after`})`;
    await receiver.arrived(2);
  });
  deepEqual(receiver.arrivals.map(({ path }) => path), ["before", "after"]);
  await worker.stop();
  await cluster.stop();
  await receiver.stop();
});

Deno.test("a clean restart keeps the queue, and the worker sends it without a wake", async () => {
  const cluster = await startCluster({ port: 0 });
  const receiver = startReceiver();
  await withClient(cluster.url, async (sql) => {
    await sql`create extension pg_net with schema extensions`;
    await sql`select net.http_post(${`${receiver.url}/kept`})`;
  });

  await cluster.restart();
  const worker = startNetWorker({ url: cluster.url });
  await receiver.arrived(1);

  equal(receiver.arrivals[0]?.path, "kept");
  await worker.stop();
  await cluster.stop();
  await receiver.stop();
});
