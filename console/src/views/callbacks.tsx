/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Callback, CallbackPage } from "../api/shapes.ts";
import { usePages } from "../live/use_pages.ts";
import { Choice, Empty, Field, Loading, Trouble } from "../parts/bits.tsx";
import { ask } from "../parts/confirm.tsx";
import { CallbackRows } from "../parts/rows.tsx";
import { hrefOf } from "../route.ts";

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
  const filter: Record<string, string> = {};
  for (const name of ["source", "status", "outcome", "request_id"]) {
    filter[name] = query.get(name) ?? "";
  }
  const { docs, error, hasMore, more, refresh } = usePages(
    `/browse/callbacks?${new URLSearchParams(filter)}`,
    CallbackPage,
    (one: Callback) => one.webhook_log_id,
  );
  const change = (changes: Record<string, string>) => {
    location.hash = hrefOf("callbacks", null, { ...filter, ...changes });
  };
  const isFiltered = Object.values(filter).some((value) => value !== "");

  return (
    <>
      <div class="head">
        <div>
          <h1>Callbacks</h1>
          <p class="muted">
            What providers and custom sources posted. Only what is signed rightly is recorded.
          </p>
        </div>
        <button
          type="button"
          class="button"
          onClick={() =>
            ask({
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
              onDone: refresh,
            })}
        >
          Replay failed ones
        </button>
      </div>
      <div class="filters">
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
        {isFiltered && <a class="quiet clear" href="#/callbacks">Clear</a>}
      </div>
      <Trouble error={error} />
      {docs === null && !error && <Loading />}
      {docs?.length === 0 && (
        <Empty title={isFiltered ? "No callback is like that" : "No callback yet"}>
          {isFiltered
            ? "Take a filter away."
            : "The first one comes when a provider has something to say."}
        </Empty>
      )}
      {docs && docs.length > 0 && <CallbackRows docs={docs} />}
      {hasMore && (
        <button type="button" class="button more-button" onClick={more}>Show older ones</button>
      )}
    </>
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
