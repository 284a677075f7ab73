import { usd } from "../format.ts";
import type { Scene, Story } from "../api/shapes/story.ts";

export type Verb = {
  name: string;
  label: string;
  from: string[];
  text: string;
  isGrave?: boolean;
  isMain?: boolean;
};

const UNDER_WAY = ["queued", "storyboarding", "generating", "stitching"];
const VERBS: Verb[] = [
  {
    name: "approve",
    label: "Approve",
    from: ["paused"],
    text: "What it has shown so far is taken, and it goes on.",
    isMain: true,
  },
  {
    name: "resume",
    label: "Resume",
    from: ["paused"],
    text: "It goes on where it was held.",
    isMain: true,
  },
  {
    name: "retry",
    label: "Retry",
    from: ["failed", "cancelled"],
    text: "What failed is tried anew; clips that are there are kept.",
    isMain: true,
  },
  {
    name: "pause",
    label: "Pause",
    from: UNDER_WAY,
    text: "Nothing new is begun. What a provider is at already comes to its end.",
  },
  {
    name: "cancel",
    label: "Cancel",
    from: [...UNDER_WAY, "paused"],
    text: "Open requests are given up at their providers; what was made so far is paid for.",
    isGrave: true,
  },
];

/** The verbs that a film's status allows. */
export function verbsOf({ project }: Story): Verb[] {
  // Only an approval lets go on what waits for one.
  const hidden = project.awaiting_approval ? "resume" : "approve";
  return VERBS
    .filter(({ name, from }) => from.includes(project.status) && name !== hidden)
    .map((verb) =>
      verb.name === "approve" ? { ...verb, text: whatIsApproved(project, verb) } : verb
    );
}

function whatIsApproved(
  { awaiting_approval, estimated_cost_usd: estimate }: Story["project"],
  { text }: Verb,
): string {
  if (awaiting_approval !== "budget") return text;
  return estimate === null || estimate === undefined
    ? "It goes on, though nobody knows yet what it will cost."
    : `Its limit is raised to ${usd(estimate)}, and it goes on.`;
}

/** A paused film has to be resumed before a scene of it is made anew. */
export function mayRegenerate(scene: Scene, { project }: Story): boolean {
  return project.status !== "paused" && ["completed", "failed"].includes(scene.status);
}

/** Takes that can be put into the film: of one that is there, those whose clips are all there. */
export function takesToUse(scene: Scene, { project }: Story): number[] {
  if (project.status !== "completed") return [];
  return scene.takes
    .filter(({ selected, chunks }) =>
      !selected && chunks.length > 0 && chunks.every(({ status }) => status === "COMPLETED")
    )
    .map(({ take }) => take);
}
