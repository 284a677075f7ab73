/// <reference lib="dom" />
import type { ComponentChildren, JSX } from "preact";
import type { Callback } from "../api/shapes/callback.ts";
import type { Delivery } from "../api/shapes/delivery.ts";
import { shortId, span, words } from "../format.ts";
import { hrefOf } from "../route.ts";
import { Ago } from "./bits.tsx";
import { labelOfType } from "../story/labels.ts";
import { Status } from "./status.tsx";

/** Rows that are links; on a phone each is a small card. */
export function Rows({ kind, children }: { kind: string; children: ComponentChildren }) {
  return <ul class={`rows rows-${kind}`}>{children}</ul>;
}

/** @param nameOf what a callback is about, where its film is not what the list is about */
export function CallbackRows(
  { docs, nameOf = filmOf }: {
    docs: Callback[];
    nameOf?: (callback: Callback) => string | null;
  },
): JSX.Element {
  const aboutOf = (one: Callback) => {
    const name = nameOf(one);
    return name ? `${name} · ` : "";
  };
  if (docs.length === 0) return <p class="none">None came yet.</p>;
  return (
    <Rows kind="callbacks">
      {docs.map((one) => (
        <li key={one.webhook_log_id}>
          <a class="row" href={hrefOf("callbacks", one.webhook_log_id)}>
            <span>
              <Status status={verdictOf(one)} />
            </span>
            <span class="row-main">
              <strong>{words(one.type)}</strong>
              <span class="muted">{`${aboutOf(one)}from ${one.source}`}</span>
            </span>
            <span class="row-note">{one.error ?? ""}</span>
            <span class="mono muted row-id">{one.request_id ? shortId(one.request_id) : ""}</span>
            <span class="muted row-extra">
              {one.duplicate_count > 0 ? `came ${one.duplicate_count + 1} times` : ""}
              {one.retry_count > 0 ? ` replayed ${one.retry_count}×` : ""}
            </span>
            <span class="muted row-time">
              <Ago at={one.received_at} />
            </span>
          </a>
        </li>
      ))}
    </Rows>
  );
}

function filmOf({ project_id }: Callback): string | null {
  return project_id ? `Film ${shortId(project_id)}` : null;
}

/** What a callback did, in one word. */
export function verdictOf({ outcome, status, is_malformed }: Callback): string {
  if (outcome) return outcome;
  return status === "error" && is_malformed ? "malformed" : status;
}

/** How it went, e.g. `1 try, HTTP 200, 33 ms`; empty for what was never to be sent. */
function howItWent(one: Delivery): string {
  const { batch_id, status_code, delivered_at, created_at } = one;
  return [
    batch_id ? "in a batch" : triesOf(one),
    status_code ? `HTTP ${status_code}` : "",
    delivered_at ? span(Date.parse(delivered_at) - Date.parse(created_at)) : "",
  ].filter(Boolean).join(", ");
}

function triesOf({ attempt_count: tries, status }: Delivery): string {
  if (tries === 0) return status === "pending" ? "no try yet" : "";
  return tries === 1 ? "1 try" : `${tries} tries`;
}

export function DeliveryRows({ docs }: { docs: Delivery[] }): JSX.Element {
  if (docs.length === 0) return <p class="none">None was queued.</p>;
  return (
    <Rows kind="deliveries">
      {docs.map((one) => (
        <li key={one.delivery_id}>
          <a class="row" href={hrefOf("deliveries", one.delivery_id)}>
            <span>
              <Status status={one.status} />
            </span>
            <span class="row-main">
              <strong>{labelOfType(one.type)}</strong>
              <span class="muted">{one.url || one.endpoint_id || ""}</span>
            </span>
            <span class="row-note">{one.status === "delivered" ? "" : one.error ?? ""}</span>
            <span class="muted row-extra">
              {howItWent(one)}
            </span>
            <span class="muted row-time">
              <Ago at={one.created_at} />
            </span>
          </a>
        </li>
      ))}
    </Rows>
  );
}
