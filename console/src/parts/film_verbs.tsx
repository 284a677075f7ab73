/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Story } from "../api/shapes/story.ts";
import { ask } from "./confirm.tsx";

type Verb = {
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

/** The verbs that a film's status allows. Each asks before it does anything. */
export function FilmVerbs({ story, onDone }: { story: Story; onDone: () => void }): JSX.Element {
  const { project_id, status } = story.project;
  // Only an approval lets go on what waits for one.
  const hidden = story.project.awaiting_approval ? "resume" : "approve";
  const verbs = VERBS.filter(({ name, from }) => from.includes(status) && name !== hidden);
  return (
    <div class="verbs">
      {verbs.map(({ name, label, text, isGrave, isMain }) => (
        <button
          key={name}
          type="button"
          class={isGrave ? "button grave-quiet" : isMain ? "button primary" : "button"}
          onClick={() =>
            ask({
              title: `${label} this film?`,
              text,
              verb: `${label} film`,
              isGrave,
              input: { label: "Reason, for the timeline (optional)" },
              path: `/projects/${encodeURIComponent(project_id)}/${name}`,
              body: (reason) => reason === "" ? {} : { reason },
              onDone,
            })}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
