/// <reference lib="dom" />
import type { JSX } from "preact";
import { DoorMetrics } from "../api/shapes/health.ts";
import { count, percent, span } from "../format.ts";
import { useLive } from "../live/use_live.ts";
import { Loading, Trouble } from "./bits.tsx";
import { Status } from "./status.tsx";

const MINUTE = 60_000;

/** What every door answered in the last day, how fast, and whom a limit sent away. */
export function Doors(): JSX.Element {
  const { value, error } = useLive("/metrics?hours=24", DoorMetrics, { everyMs: MINUTE });
  const limits = Object.entries(value?.rate_limit_hits ?? {});
  const doors = Object.entries(value?.doors ?? {}).sort(([a], [b]) => a < b ? -1 : 1);
  return (
    <section>
      <h2>Doors, in the last day</h2>
      <Trouble error={error} />
      {!value && !error && <Loading />}
      {value && doors.length === 0 && <p class="none">Nobody knocked.</p>}
      {doors.length > 0 && (
        <div class="table-place" tabIndex={0} role="region" aria-label="Doors, in the last day">
          <table>
            <thead>
              <tr>
                <th scope="col">Door</th>
                <th scope="col" class="n">Requests</th>
                <th scope="col" class="n">Success</th>
                <th scope="col" class="n">p50</th>
                <th scope="col" class="n">p95</th>
                <th scope="col" class="n">p99</th>
                <th scope="col" class="n">Limit hits</th>
                <th scope="col">Refused or failed</th>
              </tr>
            </thead>
            <tbody>
              {doors.map(([name, door]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td class="n">{count(door.requests)}</td>
                  <td class="n">
                    {door.success_rate === null ? "–" : percent(door.success_rate)}
                  </td>
                  <td class="n">{time(door.latency_ms.p50)}</td>
                  <td class="n">{time(door.latency_ms.p95)}</td>
                  <td class="n">{time(door.latency_ms.p99)}</td>
                  <td class="n">{count(door.limit_hits)}</td>
                  <td>
                    <Refusals byStatus={door.by_status} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {limits.length > 0 && (
        <p class="none">
          {`Refused by limits though they were signed: ${
            limits.map(([name, n]) => `${count(n)} by ${name}`).join(", ")
          }.`}
        </p>
      )}
    </section>
  );
}

function Refusals({ byStatus }: { byStatus: Record<string, number> }): JSX.Element {
  const bad = Object.entries(byStatus).filter(([status]) => Number(status) >= 400);
  if (bad.length === 0) return <span class="muted">none</span>;
  return (
    <span class="marks">
      {bad.map(([status, n]) => (
        <Status
          key={status}
          status={Number(status) >= 500 ? "failed" : "neutral"}
          label={`${status} × ${count(n)}`}
        />
      ))}
    </span>
  );
}

function time(ms: number | null): string {
  return ms === null ? "–" : span(ms);
}
