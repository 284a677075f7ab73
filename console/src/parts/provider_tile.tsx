/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Provider } from "../api/shapes/health.ts";
import { count } from "../format.ts";
import { Ago } from "./bits.tsx";
import { ask } from "./confirm.tsx";
import { Status } from "./status.tsx";

/** A provider: how much of its limit is in use, and the switches that hold it. */
export function ProviderTile(
  { provider, onDone }: { provider: Provider; onDone: () => void },
): JSX.Element {
  const { name, is_paused, in_flight, max_in_flight, held_until, hold_reason } = provider;
  const status = is_paused ? "paused" : held_until ? "held" : "enabled";
  const path = `/providers/${encodeURIComponent(name)}`;
  return (
    <section class="tile" aria-label={name}>
      <div class="scene-head">
        <h3>{name}</h3>
        <Status status={status} label={status === "enabled" ? "Open" : undefined} />
      </div>
      <p class="meter-words">
        <strong>{count(in_flight)}</strong>
        <span class="muted">
          {max_in_flight ? ` of ${count(max_in_flight)} in flight` : " in flight, no limit"}
        </span>
      </p>
      {max_in_flight && (
        <meter min={0} max={max_in_flight} value={in_flight} aria-label={`${name}: in flight`}>
          {in_flight}
        </meter>
      )}
      {provider.max_in_flight_per_user && (
        <p class="muted small">{`${provider.max_in_flight_per_user} a user`}</p>
      )}
      {held_until && (
        <p class="card-error">
          Held, to be tried <Ago at={held_until} />
          {hold_reason && `: ${hold_reason}`}
        </p>
      )}
      <div class="verbs">
        <button
          type="button"
          class={is_paused ? "button small primary" : "button small"}
          onClick={() =>
            ask({
              title: is_paused ? `Resume ${name}?` : `Pause ${name}?`,
              text: is_paused ? "It gets work again." : "It gets nothing new until it is resumed.",
              verb: is_paused ? "Resume provider" : "Pause provider",
              path,
              body: () => ({ is_paused: !is_paused }),
              onDone,
            })}
        >
          {is_paused ? "Resume" : "Pause"}
        </button>
        {held_until && (
          <button
            type="button"
            class="button small"
            onClick={() =>
              ask({
                title: `Let go of ${name}?`,
                text: "It is tried at once, whatever it asked for.",
                verb: "Let go",
                path,
                body: () => ({ is_held: false }),
                onDone,
              })}
          >
            Let go
          </button>
        )}
      </div>
    </section>
  );
}
