import { eachOnce, type Issue } from "../errors.ts";
import { beginning } from "../storable.ts";
import type { Job, JobScene } from "../transitions/projects.ts";
import type { JobFields } from "./job_fields.ts";
import { type Planning, planScenes } from "./plan_scenes.ts";
import { splitPrompt } from "./split_prompt.ts";

/** Characters that a speech model is given at most for one scene. */
const LONGEST_VOICE = 5000;

/** Who says what a film's scenes are; `none`: the job did. */
export type StoryboardBy = "model" | "splitter" | "none";

export type JobPlan = { scenes: JobScene[]; storyboard: StoryboardBy } | { issues: Issue[] };

/**
 * A job's scenes: its own, else its prompt's. Where a language model will write them, those of the
 * splitter are planned all the same: they are the film where the model fails, and show at once what
 * the job's models cannot do.
 */
export function planJob(
  job: JobFields,
  { hasStoryboardModel = false, ...planning }: Planning & { hasStoryboardModel?: boolean },
): JobPlan {
  if (job.scenes) return withStoryboard(planScenes(job, planning), "none");

  const scenes = splitPrompt(job.prompt ?? "").map((prompt) => ({
    prompt,
    ...isNarrated(job) && { voice_over: beginning(prompt, LONGEST_VOICE) },
  }));
  const plan = planScenes({ ...job, scenes }, planning);
  if ("issues" in plan) return { issues: eachOnce(plan.issues.map(ofJob)) };
  return withStoryboard(plan, hasStoryboardModel ? "model" : "splitter");
}

/** A job that names a voice, and has its scenes written, has them spoken too. */
function isNarrated({ scenes, voice }: JobFields): boolean {
  return !scenes && !!voice;
}

/** What a job says about all of its scenes, for whoever writes them. */
export function storyboardWishes(job: JobFields): NonNullable<Job["wishes"]> {
  const { transition, reanchor_every } = job;
  return {
    ...isNarrated(job) && { narrated: true },
    ...transition && transition !== "cut" && { transition },
    ...reanchor_every && { reanchor_every },
  };
}

function withStoryboard(plan: ReturnType<typeof planScenes>, storyboard: StoryboardBy): JobPlan {
  return "issues" in plan ? plan : { ...plan, storyboard };
}

/** The sender wrote no scenes: what is wrong with them is wrong with the job. */
function ofJob({ path, message }: Issue): Issue {
  return { path: path.replace(/^scenes\.\d+\./, ""), message };
}
