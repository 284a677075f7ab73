/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Story } from "../api/shapes/story.ts";
import { dateTime, span, usd } from "../format.ts";
import { hrefOf } from "../route.ts";
import { now } from "../state.ts";
import { costOf } from "../story/cost.ts";
import { Address, Ago, Facts, Id } from "./bits.tsx";

function estimateOf({ project, scenes }: Story): string {
  const { estimated_cost_usd: estimate, max_cost_usd: most } = project;
  const unknown = scenes.length === 0
    ? "unknown until its scenes are written"
    : "unknown: something has no price";
  const words = estimate === null || estimate === undefined ? unknown : usd(estimate);
  return most === null || most === undefined ? words : `${words}, at most ${usd(most)}`;
}

/** Whose film it is, how long it took, what it costs, and whom it tells. */
export function FilmFacts({ story }: { story: Story }): JSX.Element {
  const { project } = story;
  const cost = costOf(story);
  const trace = project.metadata?.traceparent;
  const isOver = ["completed", "failed", "cancelled"].includes(project.status);
  const end = isOver ? Date.parse(project.completed_at ?? project.updated_at) : now.value;
  const unpriced = cost.unpriced > 0
    ? ` and ${cost.unpriced} ${cost.unpriced === 1 ? "request" : "requests"} of unknown price`
    : "";
  const took = span(end - Date.parse(project.created_at));
  return (
    <Facts
      rows={{
        "User": project.user_name ? `${project.user_name} (${project.user_id})` : project.user_id,
        "Video": (
          <a href={hrefOf("films", null, { search: project.video_id })}>
            {`${project.video_id}, version ${project.version}`}
          </a>
        ),
        "Ordered": (
          <span>
            {dateTime(project.created_at)}, <Ago at={project.created_at} />
          </span>
        ),
        "Took": isOver ? took : null,
        "So far": isOver ? null : took,
        "Cost": usd(cost.usd) + unpriced,
        "Estimate": estimateOf(story),
        "Length": project.duration ? `${project.duration} s` : null,
        "Tells": project.callback_url ? <Address url={project.callback_url} /> : null,
        "Trace": typeof trace === "string" ? <Id id={trace.split("-")[1]} /> : null,
      }}
    />
  );
}
