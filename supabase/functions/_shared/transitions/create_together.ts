import * as z from "zod";
import { callTogether, type World } from "./call_together.ts";
import { CreatedProject, createProject, type Job } from "./projects.ts";

const Answers = z.array(CreatedProject.nullable());

/** As `createProject`, but jobs that come at the same time go to the database together. */
export function createTogether(world: World): (job: Job) => Promise<CreatedProject> {
  const { db } = world;
  return callTogether<Job, CreatedProject>({
    name: "create_projects",
    many(jobs) {
      // An installation has the same ones for all of its jobs.
      const providers = jobs[0]?.providers ?? null;
      const p_jobs = jobs.map((job) => lean(job, providers));
      return db.call("create_projects", { p_jobs, p_providers: providers }, Answers);
    },
    alone: (job) => createProject(db, job),
    isPlain,
    sendsLoneAlone: false,
    sizeOf: ({ request }) =>
      typeof request === "string" ? request.length : JSON.stringify(request).length,
  }, world);
}

/**
 * Without what is null, or what the database takes for granted: whatever is sent it has to read.
 *
 * @param providers what is sent once, beside the jobs
 */
function lean(job: Job, providers: Job["providers"] | null): Record<string, unknown> {
  return {
    ...withoutNulls(job),
    providers: job.providers === providers ? undefined : job.providers,
    is_revision: job.is_revision || undefined,
    storyboard: job.storyboard === "none" ? undefined : job.storyboard,
    scenes: job.scenes.map((scene) => ({
      ...withoutNulls(scene),
      metadata: Object.keys(scene.metadata).length === 0 ? undefined : scene.metadata,
      chunks: scene.chunks.map((chunk) => ({
        ...withoutNulls(chunk),
        prompt: chunk.prompt === scene.prompt ? undefined : chunk.prompt,
      })),
    })),
  };
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
