import { deepEqual, equal, match } from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { type Cluster, startCluster } from "./cluster.ts";
import type { CronJob } from "./cron_scheduler.ts";
import { runJob, startCronWorker } from "./cron_worker.ts";
import { until } from "./net_testing.ts";

let cluster: Cluster;
let sql: Sql;
Deno.test.beforeAll(async () => {
  cluster = await startCluster({ port: 0, settings: { fsync: "off" } });
  sql = postgres(cluster.url, { max: 3, fetch_types: false, onnotice: () => {} });
  await sql`create extension if not exists pg_cron with schema pg_catalog`;
});
Deno.test.afterAll(async () => {
  await sql.end();
  await cluster.stop();
});

async function withJob(
  schedule: string,
  command: string,
  use: (id: string) => Promise<void>,
): Promise<void> {
  const [job] = await sql<{ id: string }[]>`select cron.schedule(${schedule}, ${command}) as id`;
  const id = job?.id ?? "";
  try {
    await use(id);
  } finally {
    await sql`delete from cron.job`;
    await sql`delete from cron.job_run_details`;
  }
}

function jobOf(id: string, command: string, username = "postgres"): CronJob {
  return { jobid: id, schedule: "1 second", command, database: "postgres", username };
}

async function runs(): Promise<Record<string, unknown>[]> {
  return [
    ...await sql`
    select username, command, status, return_message from cron.job_run_details order by runid`,
  ];
}

Deno.test("a run is recorded with what it returned", async () => {
  const { signal } = new AbortController();
  await withJob("1 second", "job", async (id) => {
    await runJob(sql, jobOf(id, "select 1; select 2 from generate_series(1, 3)"), {
      url: cluster.url,
      signal,
    });
    await runJob(sql, jobOf(id, "create table cron_made ()"), { url: cluster.url, signal });

    deepEqual(await runs(), [
      {
        username: "postgres",
        command: "select 1; select 2 from generate_series(1, 3)",
        status: "succeeded",
        return_message: "3 rows",
      },
      {
        username: "postgres",
        command: "create table cron_made ()",
        status: "succeeded",
        return_message: "CREATE TABLE",
      },
    ]);
  });
});

Deno.test("a failing job is recorded with its error", () =>
  withJob("1 second", "job", async (id) => {
    await runJob(sql, jobOf(id, "select nonsense"), {
      url: cluster.url,
      signal: new AbortController().signal,
    });

    const [run] = await runs();
    equal(run?.status, "failed");
    equal(run?.return_message, 'ERROR:  column "nonsense" does not exist');
  }));

Deno.test("a job runs as its own user", () =>
  withJob("1 second", "job", async (id) => {
    await sql`create table public.private_to_postgres ()`;
    await runJob(sql, jobOf(id, "select from public.private_to_postgres", "anon"), {
      url: cluster.url,
      signal: new AbortController().signal,
    });

    const [run] = await runs();
    equal(run?.username, "anon");
    match(String(run?.return_message), /permission denied for table private_to_postgres/);
  }));

Deno.test("the worker runs what is due, and takes up a run that was lost", () =>
  withJob("1 second", "select 7", async (id) => {
    await sql`
      insert into cron.job_run_details (jobid, command, status) values (${id}, 'lost', 'running')`;
    const worker = startCronWorker({ url: cluster.url });
    await until(async () => (await runs()).some(({ status }) => status === "succeeded"));
    await worker.stop();

    const [lost, run] = await runs();
    equal(lost?.return_message, "server restarted");
    equal(run?.return_message, "1 row");
  }));

Deno.test("the worker comes back after Postgres was restarted", () =>
  withJob("1 second", "select 7", async () => {
    const worker = startCronWorker({ url: cluster.url });
    await until(async () => (await runs()).length > 0);
    await cluster.restart();
    await until(async () => (await runs().catch(() => [])).length > 0);
    const before = (await runs()).length;
    await until(async () => (await runs()).length > before);

    await worker.stop();
  }));
