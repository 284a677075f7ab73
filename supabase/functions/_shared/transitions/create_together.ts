import { z } from "zod";
import { callTogether, type World } from "./call_together.ts";
import { CreatedProject, createProject, type Job } from "./projects.ts";

const Answers = z.array(CreatedProject.nullable());

/** As `createProject`, but jobs that come at the same time go to the database together. */
export function createTogether(world: World): (job: Job) => Promise<CreatedProject> {
  const { db } = world;
  return callTogether<Job, CreatedProject>({
    name: "create_projects",
    many: (jobs) => db.call("create_projects", { p_jobs: jobs }, Answers),
    alone: (job) => createProject(db, job),
    isPlain,
    sendsLoneAlone: false,
    sizeOf: ({ request }) =>
      typeof request === "string" ? request.length : JSON.stringify(request).length,
  }, world);
}

/** What the database would send back is not sent; it has the last word. */
function isPlain({ stop_at, max_cost_usd, is_revision, storyboard, film_options }: Job): boolean {
  return stop_at === undefined && max_cost_usd === undefined && !is_revision &&
    storyboard !== "model" && !film_options?.music && !film_options?.captions;
}
