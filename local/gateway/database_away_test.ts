import { deepEqual, equal } from "node:assert/strict";
import postgres from "postgres";
import { startCluster } from "../postgres/cluster.ts";
import { PostgresConnection } from "./postgres_connection.ts";
import { connect, PUBLISHABLE, SECRET, withGateway } from "./gateway_fixture.ts";
import { listenGateway } from "./server.ts";
import { createStorage } from "./storage.ts";

Deno.test("calls are 503 PGRST000 while Postgres is away, and work again after its restart", async () => {
  const cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  const sql = postgres(cluster.url, { max: 1 });
  const gateway = listenGateway({ port: 0 });
  gateway.open({
    keys: { secret: SECRET, publishable: PUBLISHABLE },
    databaseUrl: cluster.url,
    storage: createStorage({ sql, folder: "", secret: SECRET }),
    findFunction: () => null,
  });
  const client = connect(gateway, SECRET);
  try {
    await sql.unsafe(`create function public.one() returns int language sql as 'select 1';
      create function public.wait() returns void language sql as 'select pg_sleep(60)'`);
    await sql.end();
    equal((await client.rpc("one")).data, 1);

    const waiting = client.rpc("wait").then(({ status }) => status);
    while ((await countWaiting(cluster.url)) === 0);
    await cluster.crash();
    equal(await waiting, 503);
    const away = await client.rpc("one");
    deepEqual([away.status, away.error?.code], [503, "PGRST000"]);

    await cluster.restart();
    equal((await client.rpc("one")).data, 1);

    await cluster.restart();
    equal((await client.rpc("one")).data, 1);
  } finally {
    await gateway.stop();
    await cluster.stop("immediate");
  }
});

async function countWaiting(url: string): Promise<number> {
  const connection = await PostgresConnection.open(url, {});
  const answer = await connection.run([{
    name: "",
    sql: `select count(*) from pg_stat_activity where wait_event = 'PgSleep'`,
    values: [],
  }]);
  connection.close();
  return Number(new TextDecoder().decode(answer ?? undefined));
}

Deno.test("a call that gets no connection in time is 504 PGRST003", async () => {
  await withGateway(async ({ sql, client }) => {
    await sql.unsafe(`create function public.lock_it() returns void language sql as
      'select pg_advisory_xact_lock(1)'`);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: isHeld, resolve: hold } = Promise.withResolvers<void>();
    const holding = sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(1)`;
      hold();
      await held;
    });
    await isHeld;

    const first = client.rpc("lock_it").then(({ status }) => status);
    const second = await client.rpc("lock_it");
    release();
    await holding;

    deepEqual([second.status, second.error?.code], [504, "PGRST003"]);
    equal(await first, 204);
  }, { poolSize: 1, poolPatienceMs: 300 });
});

Deno.test("a connection says why Postgres does not let it in", async () => {
  await withGateway(async ({ sql }) => {
    const { host: [host], port: [port], database } = sql.options;

    const refused = await PostgresConnection.open(
      `postgres://authenticator:wrong@${host}:${port}/${database}`,
      {},
    ).then(() => "let in", (error) => error.message);

    equal(
      refused,
      'Cannot connect to Postgres: password authentication failed for user "authenticator"',
    );
  });
});
