/// <reference lib="dom" />
import type { JSX } from "preact";
import { type Delivery, DeliveryPage } from "../api/shapes.ts";
import { usePages } from "../live/use_pages.ts";
import { Choice, Empty, Loading, Trouble } from "../parts/bits.tsx";
import { ask } from "../parts/confirm.tsx";
import { DeliveryRows } from "../parts/rows.tsx";
import { hrefOf } from "../route.ts";
import { DELIVERY_STATUSES, DELIVERY_TYPES } from "../story/labels.ts";

const STATUSES: [string, string][] = [["", "Any status"], ...Object.entries(DELIVERY_STATUSES)];
const TYPES: [string, string][] = [["", "Every type"], ...Object.entries(DELIVERY_TYPES)];

/** What is posted to clients. */
export function DeliveriesView({ query }: { query: URLSearchParams }): JSX.Element {
  const filter: Record<string, string> = {};
  for (const name of ["status", "type", "endpoint_id"]) filter[name] = query.get(name) ?? "";
  const { docs, error, hasMore, more, refresh } = usePages(
    `/browse/deliveries?${new URLSearchParams(filter)}`,
    DeliveryPage,
    (one: Delivery) => one.delivery_id,
  );
  const change = (changes: Record<string, string>) => {
    location.hash = hrefOf("deliveries", null, { ...filter, ...changes });
  };
  const isFiltered = Object.values(filter).some((value) => value !== "");

  return (
    <>
      <div class="head">
        <div>
          <h1>Deliveries</h1>
          <p class="muted">
            Signed callbacks to clients, tried again under one id until they are taken or given up.
          </p>
        </div>
        <button
          type="button"
          class="button"
          onClick={() =>
            ask({
              title: "Redrive what was given up?",
              text: "Up to 100 of them, the oldest first, are sent again under their old ids.",
              verb: "Redrive them",
              path: "/deliveries/redrive",
              body: () => ({ limit: 100 }),
              onDone: refresh,
            })}
        >
          Redrive what was given up
        </button>
      </div>
      <div class="filters">
        <Choice
          label="Status"
          value={filter.status ?? ""}
          options={STATUSES}
          onChange={(status) => change({ status })}
        />
        <Choice
          label="Type"
          value={filter.type ?? ""}
          options={TYPES}
          onChange={(type) => change({ type })}
        />
        {filter.endpoint_id && <p class="muted clear">{`Of endpoint ${filter.endpoint_id}`}</p>}
        {isFiltered && <a class="quiet clear" href="#/deliveries">Clear</a>}
      </div>
      <Trouble error={error} />
      {docs === null && !error && <Loading />}
      {docs?.length === 0 && (
        <Empty title={isFiltered ? "No delivery is like that" : "No delivery yet"}>
          {isFiltered
            ? "Take a filter away."
            : "A job with a callback_url, and every standing endpoint, gets one when a film ends."}
        </Empty>
      )}
      {docs && docs.length > 0 && <DeliveryRows docs={docs} />}
      {hasMore && (
        <button type="button" class="button more-button" onClick={more}>Show older ones</button>
      )}
    </>
  );
}
