/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Callback, CallbackPage } from "../api/shapes/callback.ts";
import { usePages } from "../live/use_pages.ts";
import { Choice, Field } from "../parts/bits.tsx";
import { filterBy, FilteredList, readFilter } from "../parts/filtered_list.tsx";
import { CallbackRows } from "../parts/rows.tsx";

const SOURCES: [string, string][] = [
  ["", "Every source"],
  ["fal", "fal"],
  ["video", "Video service"],
  ["lastframe", "Frame service"],
  ["stitch", "Stitch service"],
  ["custom", "Custom sources"],
];
const STATUSES: [string, string][] = [
  ["", "Any status"],
  ["success", "Processed"],
  ["pending", "Buffered"],
  ["error", "Failed"],
];
const OUTCOMES: [string, string][] = [
  ["", "Any outcome"],
  ["applied", "Applied"],
  ["duplicate", "Duplicate"],
  ["stale", "Stale"],
  ["buffered", "Buffered"],
  ["unknown", "Unknown"],
];

/** The log of callbacks that passed their signature. */
export function CallbacksView({ query }: { query: URLSearchParams }): JSX.Element {
  const filter = readFilter(query, ["source", "status", "outcome", "request_id"]);
  const pages = usePages(
    `/browse/callbacks?${new URLSearchParams(filter)}`,
    CallbackPage,
    (one: Callback) => one.webhook_log_id,
  );
  const change = (changes: Record<string, string>) => filterBy("callbacks", filter, changes);

  return (
    <FilteredList
      view="callbacks"
      title="Callbacks"
      says="What providers and custom sources posted. Only what is signed rightly is recorded."
      verb={{
        title: "Replay what failed?",
        text:
          "Up to 100 failed callbacks, the oldest first, are applied again under the rules of the " +
          "first time: what has been applied meanwhile stays as it is.",
        verb: "Replay failed ones",
        path: "/replay",
        body: () => ({
          status: "error",
          limit: 100,
          ...(filter.source && { source: filter.source }),
        }),
        onDone: pages.refresh,
      }}
      filter={filter}
      pages={pages}
      nothing={{
        name: "callback",
        because: "The first one comes when a provider has something to say.",
      }}
      rows={(docs) => <CallbackRows docs={docs} />}
    >
      <Choice
        label="Source"
        value={filter.source ?? ""}
        options={SOURCES}
        onChange={(source) => change({ source })}
      />
      <Choice
        label="Status"
        value={filter.status ?? ""}
        options={STATUSES}
        onChange={(status) => change({ status })}
      />
      <Choice
        label="Outcome"
        value={filter.outcome ?? ""}
        options={OUTCOMES}
        onChange={(outcome) => change({ outcome })}
      />
      <RequestId
        value={filter.request_id ?? ""}
        onChange={(request_id) => change({ request_id })}
      />
    </FilteredList>
  );
}

function RequestId({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text.trim());
      }}
    >
      <Field label="Request id">
        <input
          class="mono"
          value={text}
          placeholder="as the provider calls it"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </Field>
    </form>
  );
}
