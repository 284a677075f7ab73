/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Story } from "../api/shapes/story.ts";
import { clock, span, words } from "../format.ts";
import { now } from "../state.ts";
import { extentOf, type Lane, lanesOf, type Mark, ticksOf } from "../story/lanes.ts";
import { Payload } from "./bits.tsx";
import { Status, toneOf } from "./status.tsx";

/** What happened when: scenes, film, callbacks and deliveries on one axis. A mark tells more. */
export function TimeAxis({ story }: { story: Story }): JSX.Element {
  const lanes = lanesOf(story);
  const [chosen, choose] = useState<string | null>(null);
  const mark = lanes.flatMap(({ marks }) => marks).find(({ id }) => id === chosen);
  if (lanes.length === 0) {
    return (
      <section>
        <h2>On one time axis</h2>
        <p class="none">Nothing was begun yet.</p>
      </section>
    );
  }

  const { from, to } = extentOf(lanes, story, now.value);
  const place = (at: number) => `${((at - from) / (to - from)) * 100}%`;
  const groups = [...new Set(lanes.map(({ group }) => group))];

  return (
    <section aria-labelledby="axis">
      <h2 id="axis">On one time axis</h2>
      <div class="axis">
        <div class="axis-ticks" aria-hidden="true">
          <span />
          <div>
            {ticksOf((to - from) * 0.93).map((tick) => (
              <span key={tick} style={{ left: place(from + tick) }}>
                {tick === 0
                  ? clock(`${new Date(from).toISOString()}`).slice(0, 8)
                  : `+${span(tick)}`}
              </span>
            ))}
          </div>
        </div>
        {groups.map((group) => (
          <div key={group} class="axis-group" role="group" aria-label={group}>
            <p class="axis-title">{group}</p>
            {lanes.filter((lane) => lane.group === group).map((lane) => (
              <LaneRow
                key={lane.id}
                lane={lane}
                place={place}
                to={to}
                chosen={chosen}
                choose={choose}
              />
            ))}
          </div>
        ))}
      </div>
      {mark && (
        <div class="chosen" ref={comeIntoView} key={mark.id}>
          <p>
            <Status status={mark.status} /> <strong>{mark.label}</strong>{" "}
            <span class="muted">
              {clock(new Date(mark.start).toISOString())}
              {mark.end !== mark.start && ` · ${span((mark.end ?? now.value) - mark.start)}`}
            </span>
            <button type="button" class="quiet" onClick={() => choose(null)}>Close</button>
          </p>
          <Payload title={words(mark.kind)} value={mark.detail} />
        </div>
      )}
    </section>
  );
}

/** What was opened is below the axis, and may be below the window. */
function comeIntoView(place: HTMLDivElement | null): void {
  place?.scrollIntoView({ block: "nearest" });
}

function LaneRow(
  { lane, place, to, chosen, choose }: {
    lane: Lane;
    place: (at: number) => string;
    to: number;
    chosen: string | null;
    choose: (id: string | null) => void;
  },
): JSX.Element {
  return (
    <div class="lane">
      <span class="lane-label">{lane.label}</span>
      <div class="lane-track">
        {lane.marks.map((mark) => (
          <button
            key={mark.id}
            type="button"
            class={`mark mark-${mark.start === mark.end ? "moment" : "bar"} tone-${
              toneOf(mark.status)
            }`}
            aria-pressed={mark.id === chosen}
            aria-label={describe(mark, lane)}
            title={describe(mark, lane)}
            style={{ left: place(mark.start), width: widthOf(mark, place, to) }}
            onClick={() => choose(mark.id === chosen ? null : mark.id)}
          />
        ))}
      </div>
    </div>
  );
}

function widthOf({ start, end }: Mark, place: (at: number) => string, to: number): string {
  if (start === end) return "";
  return `calc(${place(Math.min(end ?? now.value, to))} - ${place(start)})`;
}

function describe(mark: Mark, lane: Lane): string {
  const length = mark.start === mark.end
    ? ""
    : `, ${span(Math.max(0, (mark.end ?? now.value) - mark.start))}`;
  return `${mark.label || lane.label}: ${words(mark.status)}${length}, at ${
    clock(new Date(mark.start).toISOString())
  }`;
}
