import type { Sql } from "postgres";
import { parseSchedule } from "./cron_schedule.ts";

/** What the scheduler needs to know of a row of cron.job. */
export interface CronJob {
  jobid: string;
  schedule: string;
  command: string;
  database: string;
  username: string;
}

interface Task {
  schedule: string;
  /** When the last run of a `N seconds` job began, or when the job was first seen. */
  since: number;
  /** Runs that are due. Those of the minute pile up while one is under way, as in pg_cron. */
  due: number;
  running: boolean;
}

const MINUTE_MS = 60_000;
/** After a longer gap (the machine slept), the minutes in it are forgotten. */
const CATCH_UP_MINUTES = 5;

/** Decides which jobs run now. One job never runs twice at the same time. */
export class CronScheduler {
  #tasks = new Map<string, Task>();
  #running = new Set<Promise<void>>();
  #minute: number;

  /**
   * @param run runs one job to its end and records it; it does not throw.
   * @param now milliseconds since 1970.
   */
  constructor(
    readonly sql: Sql,
    readonly deps: { run: (job: CronJob) => Promise<void>; now: () => number },
  ) {
    this.#minute = Math.floor(deps.now() / MINUTE_MS);
  }

  /** Reads cron.job and starts what is due. */
  async tick(): Promise<void> {
    const now = this.deps.now();
    const minutes = this.#minutesUntil(now);
    const jobs = await this.#readJobs();

    const known = new Set(jobs.map(({ jobid }) => jobid));
    for (const id of this.#tasks.keys()) if (!known.has(id)) this.#tasks.delete(id);
    for (const job of jobs) {
      this.#count(job, now, minutes);
      this.#startIfDue(job);
    }
  }

  /** Waits for the runs under way. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #minutesUntil(now: number): Date[] {
    const last = this.#minute;
    this.#minute = Math.floor(now / MINUTE_MS);
    const count = Math.max(0, this.#minute - last);
    return count > CATCH_UP_MINUTES
      ? [new Date(this.#minute * MINUTE_MS)]
      : Array.from({ length: count }, (_, index) => new Date((last + 1 + index) * MINUTE_MS));
  }

  async #readJobs(): Promise<CronJob[]> {
    const [extension] = await this.sql`select from pg_extension where extname = 'pg_cron'`;
    if (!extension) return [];
    return await this.sql<CronJob[]>`
      select jobid, schedule, command, database, username
      from cron.job
      where active
      order by jobid`;
  }

  #count({ jobid, schedule }: CronJob, now: number, minutes: Date[]): void {
    let task = this.#tasks.get(jobid);
    if (!task || task.schedule !== schedule) {
      task = { schedule, since: now, due: 0, running: task?.running ?? false };
      this.#tasks.set(jobid, task);
    }
    const parsed = parseSchedule(schedule);
    if (parsed === null) return;

    if ("matches" in parsed) {
      task.due += minutes.filter(parsed.matches).length;
    } else if (!task.running && now - task.since >= parsed.every_seconds * 1000) {
      task.since = now;
      task.due = 1;
    }
  }

  #startIfDue(job: CronJob): void {
    const task = this.#tasks.get(job.jobid);
    if (!task || task.running || task.due === 0) return;

    task.due--;
    task.running = true;
    const run = this.deps.run(job).finally(() => {
      task.running = false;
      this.#running.delete(run);
    });
    this.#running.add(run);
  }
}
