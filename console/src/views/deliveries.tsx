/// <reference lib="dom" />
import type { JSX } from "preact";
import { type Delivery, DeliveryPage } from "../api/shapes.ts";
import { usePages } from "../live/use_pages.ts";
import { Choice, Empty, Loading, Trouble } from "../parts/bits.tsx";
import { ask } from "../parts/confirm.tsx";
import { DeliveryRows } from "../parts/rows.tsx";
import { hrefOf } from "../route.ts";

const STATUSES: [string, string][] = [
  ["", "Any status"],
  ["pending", "Pending"],
  ["delivering", "Being sent"],
  ["delivered", "Delivered"],
  ["dead", "Given up"],
  ["batched", "In a batch"],
  ["filtered", "Not wanted"],
  ["skipped", "Skipped"],
];
const TYPES: [string, string][] = [
  ["", "Every type"],
  ["video.generation.completed", "Film completed"],
  ["video.generation.failed", "Film failed"],
  ["video.generation.cancelled", "Film cancelled"],
  ["video.generation.progress", "Progress"],
  ["webhook.received", "Passed on"],
];

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
              text:
                "Up to 100 dead deliveries, the oldest first, are sent again under their old ids.",
              verb: "Redrive dead ones",
              path: "/deliveries/redrive",
              body: () => ({ limit: 100 }),
              onDone: refresh,
            })}
        >
          Redrive dead ones
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
        {isFiltered && <a class="quiet clear" href="#/deliveries">Clear</a>}
      </div>
      <Trouble error={error} />
      {docs === null && !error && <Loading />}
      {docs?.length === 0 && (
        <Empty title={isFiltered ? "No delivery is like that" : "No delivery yet"}>
          {isFiltered
            ? "Take a filter away."
            : "A job with a callback_url gets one when its film ends."}
        </Empty>
      )}
      {docs && docs.length > 0 && <DeliveryRows docs={docs} />}
      {hasMore && (
        <button type="button" class="button more-button" onClick={more}>Show older ones</button>
      )}
    </>
  );
}
