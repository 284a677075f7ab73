import type { Row, RowList, Sql } from "postgres";
import { type CronJob, CronScheduler } from "./cron_scheduler.ts";
import { Latch } from "./latch.ts";
import { connectSturdily } from "./sturdy_sql.ts";

/** The pg_cron background worker. */
export interface CronWorker {
  /** Starts no more jobs and cancels those under way. */
  stop(): Promise<void>;
}

const APPLICATION_NAME = "pg_cron";
const TICK_MS = 1000;
const STOP_PATIENCE_MS = 2000;

/**
 * Runs the jobs of cron.job in the database of `url`, each as its own user on a connection of its
 * own, and records the runs in cron.job_run_details, as pg_cron 1.6 does.
 *
 * @param now milliseconds since 1970; minutes are those of UTC.
 */
export function startCronWorker(
  { url, log = () => {}, now = Date.now }: {
    url: string;
    log?: (line: string) => void;
    now?: () => number;
  },
): CronWorker {
  const latch = new Latch();
  const halting = new AbortController();
  let stopped = false;

  async function serve(): Promise<void> {
    const sql = connectSturdily(url, {
      max: 1,
      connection: { application_name: `${APPLICATION_NAME} scheduler` },
    });
    const scheduler = new CronScheduler(sql, {
      now,
      run: (job) =>
        runJob(sql, job, { url, signal: halting.signal }).catch((error) =>
          log(`pg_cron worker: cannot record a run of job ${job.jobid}: ${describe(error)}`)
        ),
    });
    try {
      await failLostRuns(sql);
      while (!stopped) {
        await scheduler.tick();
        await latch.wait(TICK_MS);
      }
      await scheduler.settle();
    } finally {
      await sql.end({ timeout: 0 });
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      await serve().catch((error) => log(`pg_cron worker: ${describe(error)}`));
      if (!stopped) await latch.wait(TICK_MS);
    }
  }

  const running = run();
  return {
    async stop() {
      stopped = true;
      latch.set();
      const timer = setTimeout(() => halting.abort(), STOP_PATIENCE_MS);
      await running;
      clearTimeout(timer);
    },
  };
}

/** Runs one job to its end; what went wrong is in its record. */
export async function runJob(
  sql: Sql,
  job: CronJob,
  { url, signal }: { url: string; signal: AbortSignal },
): Promise<void> {
  const [run] = await sql<{ runid: string }[]>`
    insert into cron.job_run_details (jobid, database, username, command, status, start_time)
    values (${job.jobid}, ${job.database}, ${job.username}, ${job.command}, 'running',
      clock_timestamp())
    returning runid`;
  const { pid, status, message } = await runCommand(job, { url, signal });
  await sql`
    update cron.job_run_details
    set job_pid = ${pid}, status = ${status}, return_message = ${message},
      end_time = clock_timestamp()
    where runid = ${run?.runid ?? null}`;
}

async function runCommand(
  { command, database, username }: CronJob,
  { url, signal }: { url: string; signal: AbortSignal },
): Promise<{ pid: number | null; status: "succeeded" | "failed"; message: string }> {
  const target = Object.assign(new URL(url), { pathname: `/${encodeURIComponent(database)}` });
  const session = connectSturdily(target.href, {
    max: 1,
    connection: { application_name: APPLICATION_NAME },
  });
  const halt = () => void session.end({ timeout: 0 });
  signal.addEventListener("abort", halt);
  let pid: number | null = null;
  try {
    const [backend] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
    pid = backend?.pid ?? null;
    // As superuser; the job itself cannot change back to one.
    await session.unsafe(`set session authorization ${quoteIdentifier(username)}`);
    const results = await session.unsafe(command).simple();
    return { pid, status: "succeeded", message: summarize(results) };
  } catch (error) {
    return { pid, status: "failed", message: `ERROR:  ${describe(error)}` };
  } finally {
    signal.removeEventListener("abort", halt);
    await session.end({ timeout: 0 });
  }
}

/** Of several statements, the last one counts. */
function summarize(results: RowList<Row[]>): string {
  const last: unknown = results.at(-1);
  const { command, count } = isResult(last) ? last : results;
  if (command === "SELECT") return count === 1 ? "1 row" : `${count} rows`;
  if (command === "INSERT") return `INSERT 0 ${count}`;
  return command === "UPDATE" || command === "DELETE" ? `${command} ${count}` : command;
}

function isResult(value: unknown): value is { command: string; count: number } {
  return Array.isArray(value) && "command" in value && "count" in value;
}

/** Runs that a worker before this one did not live to record. */
async function failLostRuns(sql: Sql): Promise<void> {
  const [table] = await sql`select to_regclass('cron.job_run_details') as found`;
  if (!table?.found) return;
  await sql`
    update cron.job_run_details
    set status = 'failed', return_message = 'server restarted', end_time = clock_timestamp()
    where status in ('starting', 'running')`;
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
