/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Story } from "../api/shapes/story.ts";
import { verbsOf } from "../story/verbs.ts";
import { ask } from "./confirm.tsx";

/** The verbs that a film's status allows. Each asks before it does anything. */
export function FilmVerbs({ story, onDone }: { story: Story; onDone: () => void }): JSX.Element {
  const { project_id } = story.project;
  return (
    <div class="verbs">
      {verbsOf(story).map(({ name, label, text, isGrave, isMain }) => (
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
