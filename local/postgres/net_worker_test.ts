import { deepEqual, equal, match } from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { Sql } from "postgres";
import { type Cluster, startCluster } from "./cluster.ts";
import {
  type NetDatabase,
  openNetDatabase,
  type Receiver,
  startReceiver,
  until,
} from "./net_testing.ts";
import { startNetWorker } from "./net_worker.ts";

let cluster: Cluster;
Deno.test.beforeAll(async () => {
  cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
});
Deno.test.afterAll(() => cluster.stop());

interface Given extends NetDatabase {
  receiver: Receiver;
  post(path: string, using?: Sql): Promise<void>;
}

function given(
  use: (given: Given) => Promise<void>,
  { statuses }: { statuses?: Record<string, number> } = {},
): () => Promise<void> {
  return async () => {
    const receiver = startReceiver(statuses);
    const database = await openNetDatabase(cluster.url);
    try {
      await use({
        ...database,
        receiver,
        async post(path, using = database.sql) {
          await using`select net.http_post(${`${receiver.url}/${path}`})`;
        },
      });
    } finally {
      await database.close();
      await receiver.stop();
    }
  };
}

async function responses(sql: Sql): Promise<Record<string, unknown>[]> {
  return [
    ...await sql`
    select status_code, content, timed_out, error_msg from net._http_response order by id`,
  ];
}

async function answered(sql: Sql, count: number): Promise<void> {
  await until(async () => (await responses(sql)).length === count);
}

Deno.test(
  "a request is sent after its commit only",
  given(async ({ sql, receiver, post }) => {
    await sql.begin(async (transaction) => {
      await transaction`select net.http_post(${`${receiver.url}/uncommitted`})`;
      await post("committed");
      await receiver.arrived(1);
    });
    await receiver.arrived(2);

    deepEqual(receiver.arrivals.map(({ path }) => path), ["committed", "uncommitted"]);
  }),
);

Deno.test(
  "a rollback sends nothing",
  given(async ({ sql, receiver, post }) => {
    const rollback = sql.begin(async (transaction) => {
      await transaction`select net.http_post(${`${receiver.url}/rolled-back`})`;
      throw new Error("changed my mind");
    });
    await rollback.catch(() => {});
    await post("later");
    await answered(sql, 1);

    deepEqual(receiver.arrivals.map(({ path }) => path), ["later"]);
    equal((await sql`select from net.http_request_queue`).length, 0);
  }),
);

Deno.test(
  "the bytes on the wire are body::text, so that SQL can sign them",
  given(async ({ sql, receiver }) => {
    await sql`
      select net.http_post(
        ${`${receiver.url}/signed`}, body,
        headers := jsonb_build_object(
          'x-signature', encode(extensions.hmac(body::text, 'secret', 'sha256'), 'hex'))
      )
      from (select '{"z":1.50,"é":"日本","a":[1,2]}'::jsonb as body)`;
    await receiver.arrived(1);

    const [{ body, headers } = { body: "", headers: new Headers() }] = receiver.arrivals;
    equal(body, '{"a": [1, 2], "z": 1.50, "é": "日本"}');
    equal(headers.get("x-signature"), createHmac("sha256", "secret").update(body).digest("hex"));
    equal(headers.get("user-agent"), "pg_net/0.20.4");
    equal(headers.get("content-type"), "application/json");
  }),
);

Deno.test(
  "null headers send application/x-www-form-urlencoded",
  given(async ({ sql, receiver }) => {
    await sql`select net.http_post(${`${receiver.url}/a`}, headers := null)`;
    await receiver.arrived(1);

    equal(receiver.arrivals[0]?.headers.get("content-type"), "application/x-www-form-urlencoded");
  }),
);

Deno.test(
  "a response is recorded with its status, headers and content",
  given(async ({ sql, receiver, post }) => {
    await post("a");
    await answered(sql, 1);

    const [response] = await sql`select * from net._http_response`;
    equal(response?.status_code, 200);
    equal(response?.content, "seen a");
    equal(response?.content_type, "text/plain;charset=UTF-8");
    equal(response?.headers["content-length"], "6");
    deepEqual(receiver.events, ["a arrived", "a answered"]);
  }),
);

Deno.test(
  "an HTTP 500 is recorded and not tried again",
  given(async ({ sql, receiver, post }) => {
    await post("broken");
    await answered(sql, 1);
    await post("later");
    await answered(sql, 2);

    deepEqual((await responses(sql)).map(({ status_code }) => status_code), [500, 200]);
    deepEqual(receiver.arrivals.map(({ path }) => path), ["broken", "later"]);
  }, { statuses: { broken: 500 } }),
);

Deno.test(
  "a refused connection is recorded and not tried again",
  given(async ({ sql, receiver, post }) => {
    const closed = startReceiver();
    await closed.stop();

    await sql`select net.http_post(${`${closed.url}/nobody`})`;
    await answered(sql, 1);
    await post("later");
    await answered(sql, 2);

    deepEqual((await responses(sql))[0], {
      status_code: null,
      content: null,
      timed_out: false,
      error_msg: "Could not connect to server",
    });
    equal(receiver.arrivals.length, 1);
  }),
);

Deno.test(
  "a timeout is recorded and not tried again",
  given(async ({ sql, receiver, post }) => {
    const release = receiver.hold("slow");
    await sql`select net.http_post(${`${receiver.url}/slow`}, timeout_milliseconds := 300)`;
    await answered(sql, 1);
    release();
    await post("later");
    await answered(sql, 2);

    const [timeout] = await responses(sql);
    equal(timeout?.timed_out, true);
    match(String(timeout?.error_msg), /^Timeout of 300 ms reached\. Total time: /);
    deepEqual(receiver.arrivals.map(({ path }) => path), ["slow", "later"]);
  }),
);

Deno.test(
  "a worker that starts before the extension waits for it",
  given(async ({ sql, url, worker, receiver, post }) => {
    await worker.stop();
    await sql`drop extension pg_net`;
    const early = startNetWorker({ url });
    await until(async () =>
      (await sql`
        select from pg_stat_activity
        where application_name like 'pg_net %' and datname = current_database()`).length > 0
    );

    await sql`create extension pg_net with schema extensions`;
    await post("a");
    await receiver.arrived(1);

    equal(receiver.arrivals[0]?.path, "a");
    await early.stop();
  }),
);

Deno.test(
  "expired responses go when the worker next wakes",
  given(async ({ sql, post }) => {
    await sql`
      insert into net._http_response (id, created)
      values (-1, now() - interval '7 hours'), (-2, now() - interval '5 hours')`;
    await post("a");
    await until(async () => (await sql`select from net._http_response where id > 0`).length === 1);

    deepEqual([...await sql`select id from net._http_response where id < 0`], [{ id: "-2" }]);
  }),
);
