/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Event } from "../api/shapes/event.ts";
import { clock, shortId, words } from "../format.ts";
import { toneOf } from "./status.tsx";

/** Every event of a timeline in order, for who wants to read it all. */
export function Events({ events }: { events: Event[] }): JSX.Element {
  return (
    <details class="events">
      <summary>
        Every event <span class="column-n">{events.length}</span>
      </summary>
      <ol>
        {events.map((event, n) => (
          <li key={n}>
            <span class="mono muted">{clock(event.at)}</span>
            <span>
              <span
                class={`dot tone-${toneOf(event.type.split(".")[1] ?? "")}`}
                aria-hidden="true"
              />
              {words(event.type)}
            </span>
            <span class="mono muted event-data">{describe(event)}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}

function describe({ data, chunk_id, scene_id }: Event): string {
  const about = chunk_id ?? scene_id;
  const facts = Object.entries(data).filter(([name]) => name !== "step_id").map(([name, value]) =>
    `${name} ${typeof value === "string" ? shortId(value) : JSON.stringify(value)}`
  );
  return [about ? shortId(about) : "", ...facts].filter(Boolean).join(" · ");
}
