/// <reference lib="dom" />
import type { JSX } from "preact";
import { type Delivery, DeliveryPage } from "../api/shapes/delivery.ts";
import { usePages } from "../live/use_pages.ts";
import { Choice } from "../parts/bits.tsx";
import { filterBy, FilteredList, readFilter } from "../parts/filtered_list.tsx";
import { DeliveryRows } from "../parts/rows.tsx";
import { DELIVERY_STATUSES, DELIVERY_TYPES } from "../story/labels.ts";

const STATUSES: [string, string][] = [["", "Any status"], ...Object.entries(DELIVERY_STATUSES)];
const TYPES: [string, string][] = [["", "Every type"], ...Object.entries(DELIVERY_TYPES)];

/** What is posted to clients. */
export function DeliveriesView({ query }: { query: URLSearchParams }): JSX.Element {
  const filter = readFilter(query, ["status", "type", "endpoint_id"]);
  const pages = usePages(
    `/browse/deliveries?${new URLSearchParams(filter)}`,
    DeliveryPage,
    (one: Delivery) => one.delivery_id,
  );
  const change = (changes: Record<string, string>) => filterBy("deliveries", filter, changes);

  return (
    <FilteredList
      view="deliveries"
      title="Deliveries"
      says="Signed callbacks to clients, tried again under one id until they are taken or given up."
      verb={{
        title: "Redrive what was given up?",
        text: "Up to 100 of them, the oldest first, are sent again under their old ids.",
        verb: "Redrive what was given up",
        path: "/deliveries/redrive",
        body: () => ({ limit: 100 }),
        onDone: pages.refresh,
      }}
      filter={filter}
      pages={pages}
      nothing={{
        name: "delivery",
        because:
          "A job with a callback_url, and every standing endpoint, gets one when a film ends.",
      }}
      rows={(docs) => <DeliveryRows docs={docs} />}
    >
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
    </FilteredList>
  );
}
