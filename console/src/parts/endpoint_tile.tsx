/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Endpoint } from "../api/shapes/sources.ts";
import { hrefOf } from "../route.ts";
import { labelOfType } from "../story/labels.ts";
import { Address, Ago, Facts } from "./bits.tsx";
import { ask } from "./confirm.tsx";
import { Status } from "./status.tsx";

/** How its deliveries differ from one event a request, as fast as it takes them. */
function waysOf(endpoint: Endpoint): string | null {
  const { is_ordered, batch_size, max_per_second, max_in_flight } = endpoint;
  const ways = [
    is_ordered ? "in order" : null,
    batch_size && batch_size > 1 ? `up to ${batch_size} events in a request` : null,
    max_per_second ? `${max_per_second} a second at most` : null,
    max_in_flight && !is_ordered ? `${max_in_flight} at a time` : null,
  ].filter(Boolean);
  return ways.length > 0 ? ways.join(", ") : null;
}

/** A standing receiver: what it wants, how it does, and its verbs. */
export function EndpointTile(
  { endpoint, onDone }: { endpoint: Endpoint; onDone: () => void },
): JSX.Element {
  const { endpoint_id: id, is_enabled, url, description, failing_since } = endpoint;
  const path = `/endpoints/${encodeURIComponent(id)}`;
  const status = statusOf(endpoint);
  return (
    <section class="tile" aria-label={url ?? id}>
      <div class="scene-head">
        <h3 class="tile-title">{description || url || id}</h3>
        <Status status={status} label={status === "warning" ? "Failing" : undefined} />
      </div>
      {description && <p class="muted small">{url ? <Address url={url} /> : "unknown"}</p>}
      <Facts
        rows={{
          "User": endpoint.user_id ?? null,
          "Wants": endpoint.events
            ? endpoint.events.map(labelOfType).join(", ")
            : "all but progress",
          "Sends": waysOf(endpoint),
          "Open": endpoint.open === null || endpoint.open === undefined ? null : `${endpoint.open}`,
          "Failing since": failing_since ? <Ago at={failing_since} /> : null,
          "Disabled because": endpoint.disable_reason ?? null,
        }}
      />
      <div class="verbs">
        <a class="button small" href={hrefOf("deliveries", null, { endpoint_id: id })}>
          Its deliveries
        </a>
        {is_enabled && (
          <button
            type="button"
            class="button small"
            onClick={() =>
              ask({
                title: "Send it a test?",
                text:
                  "One signed test event is queued for it now; its deliveries show how it went.",
                verb: "Send test",
                path: `${path}/test`,
                onDone,
              })}
          >
            Send a test
          </button>
        )}
        <button
          type="button"
          class={is_enabled ? "button small grave-quiet" : "button small"}
          onClick={() =>
            ask({
              title: is_enabled ? "Disable this endpoint?" : "Enable this endpoint?",
              text: is_enabled
                ? "Nothing is sent to it until somebody enables it again. What comes meanwhile is kept, and can be replayed."
                : "It hears of what happens from now on.",
              verb: is_enabled ? "Disable endpoint" : "Enable endpoint",
              isGrave: is_enabled,
              path: `${path}/${is_enabled ? "disable" : "enable"}`,
              onDone,
            })}
        >
          {is_enabled ? "Disable" : "Enable"}
        </button>
      </div>
    </section>
  );
}

function statusOf({ is_enabled, held_until, failing_since }: Endpoint): string {
  if (!is_enabled) return "disabled";
  if (held_until) return "held";
  return failing_since ? "warning" : "enabled";
}
