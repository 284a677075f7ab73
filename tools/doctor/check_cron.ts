import type { Sql } from "postgres";
import { type Finding, missing, ok, wrong } from "./finding.ts";

type Job = {
  jobname: string;
  schedule: string;
  command: string;
  active: boolean;
  here: boolean;
  /** Seconds since its newest run ended; null where none is on record. */
  ended: number | null;
  status: string | null;
  return_message: string | null;
};

/** What each job is for, and within how many seconds a healthy one has run. */
const JOBS = [
  { name: "reelay-sweep", schedule: "5 seconds", command: "select private.sweep()", within: 60 },
  {
    name: "reelay-housekeeping",
    schedule: "*/5 * * * *",
    command: "select private.housekeep()",
    within: 30 * 60,
  },
  {
    name: "reelay-invariants",
    schedule: "*/15 * * * *",
    command: "select private.note_invariants()",
    within: 45 * 60,
  },
  {
    name: "reelay-prune-cron-history",
    schedule: "17 * * * *",
    command: "delete from cron.job_run_details where end_time < now() - interval '1 day'",
    within: 3 * 3600,
  },
  {
    name: "reelay-prune-request-counts",
    schedule: "* * * * *",
    command: "select private.prune_request_counts()",
    within: 10 * 60,
  },
] as const;

/** The jobs of pg_cron: there, switched on, and running lately without an error. */
export async function checkCron(sql: Sql): Promise<Finding[]> {
  const jobs = await sql<Job[]>`
    select job.jobname, job.schedule, job.command, job.active,
      job.database = current_database() as here,
      extract(epoch from now() - run.end_time)::float8 as ended, run.status, run.return_message
    from cron.job
    left join lateral (
      select * from cron.job_run_details
      where job_run_details.jobid = job.jobid and job_run_details.end_time is not null
      order by job_run_details.runid desc limit 1
    ) as run on true`;
  const age = await secondsInstalled(sql);

  return JOBS.map((expected) => {
    const job = jobs.find(({ jobname, here }) => jobname === expected.name && here);
    return job
      ? judge(job, expected, age)
      : missing(`Cron job ${expected.name}`, schedule(expected));
  });
}

function judge(job: Job, expected: typeof JOBS[number], age: number | null): Finding {
  const name = `Cron job ${job.jobname}`;
  if (!job.active) {
    return wrong(
      `${name} is switched off`,
      `select cron.alter_job(jobid, active => true) from cron.job where jobname = '${job.jobname}';`,
    );
  }
  if (job.command.trim().replace(/;$/, "") !== expected.command) {
    return wrong(`${name} does something else: ${job.command}`, schedule(expected));
  }
  if (job.status !== null && job.status !== "succeeded") {
    return wrong(`${name} failed: ${job.return_message}`, "look at cron.job_run_details");
  }
  if (job.ended === null || job.ended > expected.within) {
    // A job that runs hourly need not have run within an hour of its installation.
    if (job.ended === null && age !== null && age < expected.within) return ok(`${name} is new`);
    const last = job.ended === null ? "never" : `${Math.round(job.ended)} s ago`;
    return wrong(
      `${name} ran ${last}, and should within ${expected.within} s`,
      "is pg_cron running? Look at cron.job_run_details and the database's log",
    );
  }
  return ok(`${name}, ${job.schedule}, ran ${Math.round(job.ended)} s ago`);
}

function schedule({ name, schedule, command }: typeof JOBS[number]): string {
  return `select cron.schedule('${name}', '${schedule}', $$${command}$$);`;
}

/** How long pg_cron has been at work: since the oldest run on record. */
async function secondsInstalled(sql: Sql): Promise<number | null> {
  const [row] = await sql<{ age: number | null }[]>`
    select extract(epoch from now() - min(start_time))::float8 as age from cron.job_run_details`;
  return row?.age ?? null;
}
