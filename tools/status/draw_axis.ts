import type { Story } from "../../console/src/api/shapes/story.ts";
import { clock, span } from "../../console/src/format.ts";
import { extentOf, type Lane, lanesOf, type Mark } from "../../console/src/story/lanes.ts";
import { colourOf } from "../../local/paint.ts";
import type { Look } from "./draw_story.ts";

/** Room for `Scene 10   Extract last frame, clip 2`. */
const LABEL = 39;
const NOTE = 12;
/** More lanes than fit on a screen are left to the console. */
const MOST_LANES = 30;

/** What happened when: a line a lane, all on one axis. */
export function drawAxis(story: Story, { paint, now, width }: Look): string[] {
  const lanes = lanesOf(story);
  if (lanes.length === 0) return [paint("dim", "Nothing was begun yet")];
  const { from, to } = extentOf(lanes, story, now);
  const cells = Math.max(20, Math.min(80, width - LABEL - NOTE));
  const cellOf = (at: number) =>
    Math.max(0, Math.min(cells - 1, Math.floor(((at - from) / (to - from)) * cells)));

  const begin = clock(new Date(from).toISOString()).slice(0, 8);
  const length = `+${span(to - from)}`;
  const ruler = `${begin}${length.padStart(cells - begin.length)}`;
  const shown = lanes.slice(0, MOST_LANES);
  const rest = lanes.length - shown.length;
  return [
    paint("dim", " ".repeat(LABEL) + ruler),
    ...shown.map((lane, n) => drawLane(lane, shown[n - 1]?.group)),
    ...(rest > 0 ? [paint("dim", `and ${rest} more lanes, in the console`)] : []),
  ];

  function drawLane(lane: Lane, above: string | undefined): string {
    const group = lane.group === above ? "" : lane.group;
    const label = `${group.padEnd(11)}${lane.label}`.slice(0, LABEL - 1).padEnd(LABEL);
    const signs: string[] = Array.from({ length: cells }, () => paint("dim", "·"));
    for (const mark of lane.marks) drawMark(mark, signs);
    const last = lane.marks.at(-1);
    const took = last && last.end !== last.start
      ? span(Math.max(0, (last.end ?? now) - last.start))
      : "";
    return `${label}${signs.join("")} ${took || `${lane.marks.length}×`}`;
  }

  function drawMark({ start, end, status }: Mark, signs: string[]): void {
    const sign = start === end ? "●" : end === null ? "▒" : "█";
    for (let at = cellOf(start); at <= cellOf(end ?? now); at++) {
      signs[at] = paint(colourOf(status), sign);
    }
  }
}
