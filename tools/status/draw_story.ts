import type { Story } from "../../console/src/api/shapes/story.ts";
import { dateTime, span, usd } from "../../console/src/format.ts";
import { costOf } from "../../console/src/story/cost.ts";
import { waitsFor } from "../../console/src/story/waits_for.ts";
import { colourOf, type Paint } from "../../local/paint.ts";
import { printableCopy } from "../../local/printable.ts";
import { drawAxis } from "./draw_axis.ts";

export type Look = {
  paint: Paint;
  /** Milliseconds since the epoch. */
  now: number;
  /** Characters a line. */
  width: number;
};

const TONES = { calm: "green", moving: "blue", attention: "yellow", trouble: "red" } as const;

/** A film's story, to be read in one screen. */
export function drawStory(told: Story, look: Look): string {
  const story = printableCopy(told);
  const { paint, now, width } = look;
  const { project, scenes } = story;
  const title = project.prompt ?? scenes[0]?.prompt ?? project.video_id;
  const cost = costOf(story);
  const isOver = ["completed", "failed", "cancelled"].includes(project.status);
  const end = isOver ? Date.parse(project.completed_at ?? project.updated_at) : now;
  const state = project.status === "paused" && project.awaiting_approval
    ? "waits for approval"
    : project.status;
  const estimate = project.estimated_cost_usd;
  const facts = [
    paint(colourOf(project.status), state),
    `${project.progress}%`,
    `${isOver ? "took" : "for"} ${span(end - Date.parse(project.created_at))}`,
    usd(cost.usd) + (cost.unpriced > 0 ? ` and ${cost.unpriced} of unknown price` : "") +
    (isOver || !estimate ? "" : ` of about ${usd(estimate)}`),
  ];
  const who = project.user_name ? `${project.user_name} (${project.user_id})` : project.user_id;

  return [
    paint("bold", cut(title, width)),
    `${project.project_id} · ${facts.join(" · ")}`,
    paint(
      "dim",
      `ordered ${
        dateTime(project.created_at)
      } by ${who}, ${project.video_id} version ${project.version}`,
    ),
    "",
    ...scenes.map((scene) => drawScene(scene, look)),
    ...(project.final_video_url ? ["", `Film      ${project.final_video_url}`] : []),
    "",
    ...drawAxis(story, look),
    "",
    paint("bold", "Waits for"),
    ...waitsFor(story, now).slice(0, 6).map(({ tone, text }) =>
      `  ${paint(TONES[tone], "•")} ${text}`
    ),
  ].join("\n");
}

function drawScene(
  { position, status, prompt, error_message }: Story["scenes"][number],
  look: Look,
): string {
  const { paint, width } = look;
  const name = `Scene ${position}`.padEnd(9);
  const state = paint(colourOf(status), status.replace("_", " ").padEnd(17));
  return `${name} ${state} ${cut(error_message ?? prompt ?? "", width - 28)}`;
}

function cut(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= length ? line : `${line.slice(0, Math.max(1, length - 1))}…`;
}
