import { deepEqual, equal } from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { type Cluster, startCluster } from "./cluster.ts";
import { CronScheduler } from "./cron_scheduler.ts";

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

const MIDNIGHT = Date.UTC(2026, 10, 22);

/** A scheduler with a clock to set, whose jobs run until they are told to end. */
function givenScheduler(): {
  at(seconds: number): Promise<void>;
  began: string[];
  endAll(): void;
} {
  let now = MIDNIGHT;
  const began: string[] = [];
  let ends: (() => void)[] = [];
  const scheduler = new CronScheduler(sql, {
    now: () => now,
    run: async ({ command }) => {
      began.push(command);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.push(resolve);
      await promise;
    },
  });
  return {
    began,
    async at(seconds) {
      now = MIDNIGHT + seconds * 1000;
      await scheduler.tick();
    },
    endAll() {
      ends.forEach((end) => end());
      ends = [];
    },
  };
}

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

Deno.test("a job of seconds runs that long after it was seen, and after its last start", () =>
  withJob("5 seconds", "job", async () => {
    const { at, began, endAll } = givenScheduler();
    await at(0);
    await at(4);
    equal(began.length, 0);

    await at(5);
    endAll();
    await at(9);
    equal(began.length, 1);
    await at(10);
    equal(began.length, 2);
  }));

Deno.test("a job never runs twice at once; one of seconds skips, one of the minute catches up", () =>
  withJob("* * * * *", "minutely", async () => {
    await sql`select cron.schedule('5 seconds', 'secondly')`;
    const { at, began, endAll } = givenScheduler();
    await at(0);
    await at(60);
    await at(120);
    await at(180);
    deepEqual(began.toSorted(), ["minutely", "secondly"]);

    endAll();
    await at(181);
    deepEqual(began.toSorted(), ["minutely", "minutely", "secondly", "secondly"]);
    endAll();
    await at(182);
    deepEqual(began.toSorted(), ["minutely", "minutely", "minutely", "secondly", "secondly"]);
  }));

Deno.test("a job of the minute runs at the minutes that match, seen late too", () =>
  withJob("2,3 0 * * *", "job", async () => {
    const { at, began, endAll } = givenScheduler();
    await at(60);
    equal(began.length, 0);

    await at(200);
    endAll();
    await at(201);
    endAll();
    await at(240);
    equal(began.length, 2);
  }));

Deno.test("an inactive job does not run", () =>
  withJob("1 second", "job", async (id) => {
    await sql`select cron.alter_job(${id}, active := false)`;
    const { at, began } = givenScheduler();
    await at(0);
    await at(10);

    equal(began.length, 0);
  }));
