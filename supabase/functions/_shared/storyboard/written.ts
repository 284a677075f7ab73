import * as z from "zod";
import type { Issue } from "../errors.ts";
import { resolveModel, usualSeconds } from "../fal/models.ts";
import { parseJson } from "../json.ts";
import type { JobFields } from "../planning/job_fields.ts";
import { type Planning, planScenes } from "../planning/plan_scenes.ts";
import { findUnstorable } from "../storable.ts";
import type { JobScene } from "../transitions/projects.ts";
import { zodIssues } from "../zod_issues.ts";

const WrittenScene = z.strictObject({
  prompt: z.string().min(1).max(2000).refine((text) => text.trim() !== "", "Must not be empty"),
  duration: z.number().nullable(),
  continuity: z.enum(["last_frame", "cut"]),
});
const SpokenScene = WrittenScene.extend({ voice_over: z.string().max(2000).nullable() });

type Scene = z.infer<typeof WrittenScene> & { voice_over?: string | null };

const storyboardOf = <Scene extends typeof WrittenScene | typeof SpokenScene>(scene: Scene) =>
  z.strictObject({ title: z.string().max(200), scenes: z.array(scene).min(1).max(100) });

/** What a language model is asked for. Addresses and models are not its to choose. */
const Written = storyboardOf(WrittenScene);
/** With what is spoken over each scene. */
const Spoken = storyboardOf(SpokenScene);

/** The schema of the answer to this brief. */
export function answerTo({ narrated }: Brief) {
  return narrated ? Spoken : Written;
}

/** What of a job its storyboard depends on. */
export const Brief = z.object({
  prompt: z.string(),
  image_url: z.string().nullable(),
  model: z.string().nullable(),
  aspect_ratio: z.string().nullable(),
  narrated: z.boolean().nullish(),
  transition: z.enum(["cut", "fade"]).nullish(),
  reanchor_every: z.number().nullish(),
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
  const json = parseJson(new TextEncoder().encode(text));
  if (!json.ok) return { issues: [{ path: "", message: json.message }] };
  const { value } = json;
  const unstorable = findUnstorable(value);
  if (unstorable !== null) return { issues: [{ path: unstorable, message: "Not plain text" }] };
  const read = answerTo(brief).safeParse(value);
  if (!read.success) return { issues: zodIssues(read.error) };

  const scenes: Scene[] = read.data.scenes;
  const offered = offeredSeconds(brief);
  const job: JobFields = {
    ...brief,
    video_id: "",
    user_id: "",
    scenes: scenes.map((scene) => ({
      prompt: scene.prompt,
      // What goes on anyway may be anchored anew, as the job says.
      ...scene.continuity === "cut" && { continuity: scene.continuity },
      duration: nearest(scene.duration, offered),
      ...scene.voice_over?.trim() && { voice_over: scene.voice_over },
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
