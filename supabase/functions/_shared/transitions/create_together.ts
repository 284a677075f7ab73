import { z } from "zod";
import { collectCalls } from "../collect_calls.ts";
import { type Database, DatabaseError } from "../database.ts";
import { pause } from "../pause.ts";
import { CreatedProject, createProject, type Job } from "./projects.ts";

/** Bodies of a call together: their jobs are a few times as long. */
const MOST_BYTES = 256 * 1024;
/** A body above this is kept out: it would hold up those that came with it. */
const LARGEST_BODY = 32 * 1024;
const MOST_JOBS = 64;
/** While one is being written down, the next is read and parsed: more make each of them smaller. */
const CALLS_AT_ONCE = 2;
/** A call's beginning and its commit cost as much as some ten jobs. */
const ENOUGH_JOBS = 24;
const SLOW_MS = 250;
/** As patient as a call to the database is; some ten megabytes of jobs. */
const PATIENCE_MS = 20_000;
const MOST_WAITING = 2000;

/** The function is not there yet; one of them took the time of all (statement_timeout). */
const ALONE = new Set(["PGRST202", "57014"]);

const Answers = z.array(CreatedProject.nullable());

/**
 * As `createProject`, but jobs that come while others are being written down go to the database
 * together: a commit is what a job costs most. One that fails there is tried alone, as is whatever
 * came with it.
 */
export function createTogether(
  { db, now, sleep = pause }: { db: Database; now: () => number; sleep?: typeof pause },
): (job: Job) => Promise<CreatedProject> {
  const alone = (job: Job) => createProject(db, job);

  const collected = collectCalls(async (jobs: Job[]) => {
    const answers = await createProjects(db, jobs);
    return jobs.map((job, i) => Promise.resolve(answers?.[i] ?? alone(job)));
  }, {
    mostItems: MOST_JOBS,
    mostSize: MOST_BYTES,
    enough: ENOUGH_JOBS,
    atOnce: CALLS_AT_ONCE,
    slowMs: SLOW_MS,
    patienceMs: PATIENCE_MS,
    mostWaiting: MOST_WAITING,
    refuse: () => new DatabaseError("Cannot call create_projects: too many wait for it", "", true),
    pause: sleep,
    sizeOf,
    now,
  });

  return (job) => isPlain(job) && sizeOf(job) <= LARGEST_BODY ? collected(job) : alone(job);
}

/** Null where each of them has to be tried alone: one is bad, or the database takes no several yet. */
async function createProjects(
  db: Database,
  jobs: readonly Job[],
): Promise<(CreatedProject | null)[] | null> {
  try {
    const answers = await db.call("create_projects", { p_jobs: jobs.map(lean) }, Answers);
    return answers.length === jobs.length ? answers : null;
  } catch (error) {
    if (error instanceof DatabaseError && error.away && !ALONE.has(error.code)) throw error;
    return null;
  }
}

/** Without what is null: to the database it is as absent, and would have to be read there. */
function lean(job: Job): Record<string, unknown> {
  const scenes = job.scenes.map((scene) => ({
    ...withoutNulls(scene),
    chunks: scene.chunks.map(withoutNulls),
  }));
  return { ...withoutNulls(job), scenes };
}

/**
 * Not of what is inside: a sender's own metadata stay as they came. JSON leaves out what is undefined;
 * objects of as many shapes as there are sorts of jobs would cost more than they save.
 */
function withoutNulls(fields: object): Record<string, unknown> {
  const kept: Record<string, unknown> = { ...fields };
  for (const name in kept) {
    if (kept[name] === null) kept[name] = undefined;
  }
  return kept;
}

/** What the database would send back is not sent; it has the last word. */
function isPlain({ stop_at, max_cost_usd, is_revision, storyboard, film_options }: Job): boolean {
  return stop_at === undefined && max_cost_usd === undefined && !is_revision &&
    storyboard !== "model" && !film_options?.music && !film_options?.captions;
}

function sizeOf({ request }: Job): number {
  return typeof request === "string" ? request.length : JSON.stringify(request).length;
}
