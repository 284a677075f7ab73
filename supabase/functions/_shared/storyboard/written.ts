import { z } from "zod";
import type { Issue } from "../errors.ts";
import { resolveModel, usualSeconds } from "../fal/models.ts";
import type { JobFields } from "../planning/job_fields.ts";
import { type Planning, planScenes } from "../planning/plan_scenes.ts";
import { findUnstorable } from "../storable.ts";
import type { JobScene } from "../transitions/projects.ts";
import { zodIssues } from "../zod_issues.ts";

/** What a language model is asked for. Addresses and models are not its to choose. */
export const Written = z.strictObject({
  title: z.string().max(200),
  scenes: z.array(z.strictObject({
    prompt: z.string().min(1).max(2000).refine((text) => text.trim() !== "", "Must not be empty"),
    duration: z.number().nullable(),
    continuity: z.enum(["last_frame", "cut"]),
  })).min(1).max(100),
});
export type Written = z.infer<typeof Written>;

/** What of a job its storyboard depends on. */
export const Brief = z.object({
  prompt: z.string(),
  image_url: z.string().nullable(),
  model: z.string().nullable(),
  aspect_ratio: z.string().nullable(),
});
export type Brief = z.infer<typeof Brief>;

export type Read = { title: string; scenes: JobScene[] } | { issues: Issue[] };

/** Lengths that the job's model offers; empty where it has none to choose from. */
export function offeredSeconds({ model, image_url }: Brief): readonly number[] {
  const found = resolveModel(model, image_url !== null);
  return found === null || usualSeconds(found) === null || found.durationAs === null
    ? []
    : found.seconds;
}

/** A model's answer as scenes with clips, or what is wrong with it, in words that it can mend it by. */
export function readWritten(text: string, brief: Brief, planning: Planning): Read {
  const value = parse(text);
  if (value === undefined) return { issues: [{ path: "", message: "Not JSON" }] };
  const unstorable = findUnstorable(value);
  if (unstorable !== null) return { issues: [{ path: unstorable, message: "Not plain text" }] };
  const read = Written.safeParse(value);
  if (!read.success) return { issues: zodIssues(read.error) };

  const offered = offeredSeconds(brief);
  const job: JobFields = {
    ...brief,
    video_id: "",
    user_id: "",
    scenes: read.data.scenes.map(({ prompt, duration, continuity }) => ({
      prompt,
      continuity,
      duration: nearest(duration, offered),
    })),
  };
  const plan = planScenes(job, planning);
  return "issues" in plan ? plan : { title: read.data.title, scenes: plan.scenes };
}

function nearest(seconds: number | null, offered: readonly number[]): number | null {
  if (seconds === null || offered.length === 0) return null;
  return offered.reduce((best, one) =>
    Math.abs(one - seconds) < Math.abs(best - seconds) ? one : best
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
