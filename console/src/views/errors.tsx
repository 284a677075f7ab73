/// <reference lib="dom" />
import type { JSX } from "preact";
import { ErrorPage, type ErrorRow, ErrorSeries, ErrorStats } from "../api/shapes/error.ts";
import { words } from "../format.ts";
import { useLive } from "../live/use_live.ts";
import { usePages } from "../live/use_pages.ts";
import { Ago, Choice, Empty, Id, Loading, Payload, Trouble } from "../parts/bits.tsx";
import { ErrorChart } from "../parts/error_chart.tsx";
import { Status } from "../parts/status.tsx";
import { hrefOf } from "../route.ts";

const SPANS: [hours: string, label: string, buckets: number][] = [
  ["1", "Hour", 60],
  ["24", "Day", 48],
  ["168", "Week", 84],
];
const SEVERITIES: [string, string][] = [
  ["", "Any severity"],
  ["info", "Info"],
  ["warning", "Warning"],
  ["error", "Error"],
  ["critical", "Critical"],
];
const TYPES: [string, string][] = [
  ["", "Every type"],
  ["webhook", "Callback"],
  ["step", "Step"],
  ["delivery", "Delivery"],
];

/** What went wrong: how much over time, what most often, and each time with its context. */
export function ErrorsView({ query }: { query: URLSearchParams }): JSX.Element {
  const hours = query.get("hours") ?? "24";
  const type = query.get("type") ?? "";
  const severity = query.get("severity") ?? "";
  const buckets = SPANS.find(([name]) => name === hours)?.[2] ?? 48;
  const series = useLive(`/browse/error-series?hours=${hours}&buckets=${buckets}`, ErrorSeries);
  const stats = useLive("/errors/stats", ErrorStats);
  const { docs, error, hasMore, more } = usePages(
    `/browse/errors?${new URLSearchParams({ type, severity })}`,
    ErrorPage,
    (one: ErrorRow) => `${one.error_log_id}`,
  );
  const href = (changes: Record<string, string>) =>
    hrefOf("errors", null, { hours, type, severity, ...changes });
  const often = stats.value?.most_frequent ?? [];

  return (
    <>
      <div class="head">
        <div>
          <h1>Errors</h1>
          <p class="muted">Failed callbacks, steps and deliveries, each with its context.</p>
        </div>
        <nav class="chips" aria-label="Over how long">
          {SPANS.map(([name, label]) => (
            <a
              key={name}
              class="chip"
              href={href({ hours: name })}
              aria-current={name === hours ? "true" : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
      </div>
      <Trouble error={series.error ?? error} />
      {series.value ? <ErrorChart series={series.value} /> : <Loading />}
      {often.length > 0 && (
        <section>
          <h2>Most often in the last day</h2>
          <ul class="often">
            {often.slice(0, 5).map((one) => (
              <li key={one.type + one.message}>
                <strong>{`${one.count}×`}</strong>
                <span>{one.message}</span>
                <span class="muted">
                  {words(one.type)}, last <Ago at={one.last_at} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>Each one</h2>
        <div class="filters">
          <Choice
            label="Type"
            value={type}
            options={TYPES}
            onChange={(type) => location.hash = href({ type })}
          />
          <Choice
            label="Severity"
            value={severity}
            options={SEVERITIES}
            onChange={(severity) => location.hash = href({ severity })}
          />
        </div>
        {docs?.length === 0 && (
          <Empty title="No error">
            Nothing of this kind went wrong as long as errors are kept.
          </Empty>
        )}
        <ul class="errors">
          {docs?.map((one) => (
            <li key={one.error_log_id}>
              <ErrorLine row={one} />
            </li>
          ))}
        </ul>
        {hasMore && (
          <button type="button" class="button more-button" onClick={more}>Show older ones</button>
        )}
      </section>
    </>
  );
}

function ErrorLine({ row }: { row: ErrorRow }): JSX.Element {
  const film = row.context.project_id;
  return (
    <details>
      <summary>
        <Status status={row.severity} />
        <span class="error-message">{row.message}</span>
        <span class="muted">
          {words(row.type)}, <Ago at={row.created_at} />
        </span>
      </summary>
      {typeof film === "string" && (
        <p>
          Film <Id id={film} href={hrefOf("films", film)} />
        </p>
      )}
      <Payload title="Context" value={row.context} />
    </details>
  );
}
