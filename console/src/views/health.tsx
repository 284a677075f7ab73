/// <reference lib="dom" />
import type { JSX } from "preact";
import { Health, type Provider, Providers, Queue } from "../api/shapes/health.ts";
import { count, words } from "../format.ts";
import { useLive } from "../live/use_live.ts";
import { Ago, Id, Loading, Trouble } from "../parts/bits.tsx";
import { ask } from "../parts/confirm.tsx";
import { Doors } from "../parts/doors.tsx";
import { ProviderTile } from "../parts/provider_tile.tsx";
import { Status } from "../parts/status.tsx";
import { hrefOf } from "../route.ts";

const CHECKS: Record<string, [name: string, good: string, bad: string]> = {
  database: ["Database", "It answers.", "It is away."],
  bell: [
    "Bell",
    "Runners answer when it rings.",
    "It rings and nobody answers: pg_net does not deliver.",
  ],
  sweep: ["Sweep", "It runs every five seconds.", "It did not run for a minute."],
  overdue: ["Due work", "Nothing is overdue.", "Work is overdue by five minutes."],
  invariants: ["Invariants", "All hold.", "Some are broken: see below."],
};

/** Whether all is well, what is open, what is stuck and why, limits in use, and how doors do. */
export function HealthView(): JSX.Element {
  const health = useLive("/health", Health, { isMoving: ({ status }) => status !== "ok" });
  const queue = useLive("/browse/queue", Queue, { isMoving: ({ depth }) => depth.length > 0 });
  const providers = useLive(
    "/providers",
    Providers,
    { isMoving: (value) => value.providers.some(({ in_flight }) => in_flight > 0) },
  );
  const all = providers.value?.providers ?? [];
  const isPaused = all.find(({ name }) => name === "*")?.is_paused ?? false;

  return (
    <>
      <div class="head">
        <div>
          <h1>Health</h1>
          <p class="muted">
            {health.value
              ? health.value.status === "ok" ? "All is well." : "Something needs somebody."
              : "\u00a0"}
          </p>
        </div>
        <PauseAll isPaused={isPaused} onDone={providers.refresh} />
      </div>
      <Trouble error={health.error ?? queue.error} />
      {!health.value && !health.error && <Loading />}
      <div class="checks">
        {Object.entries(health.value?.checks ?? {}).map(([name, check]) => {
          const [label, good, bad] = CHECKS[name] ??
            [words(name), "It holds.", "It does not hold."];
          return (
            <section key={name} class="tile" aria-label={label}>
              <div class="scene-head">
                <h2>{label}</h2>
                <Status status={check.ok ? "ok" : "failed"} label={check.ok ? "OK" : "Failing"} />
              </div>
              <p class="muted">{check.ok ? good : bad}</p>
            </section>
          );
        })}
      </div>
      {queue.value && <Stuck queue={queue.value} />}
      <section>
        <h2>Limits in use</h2>
        <div class="tiles">
          {all.filter(({ name }) => name !== "*").map((provider: Provider) => (
            <ProviderTile key={provider.name} provider={provider} onDone={providers.refresh} />
          ))}
        </div>
      </section>
      {queue.value && <Depth queue={queue.value} />}
      <Doors />
    </>
  );
}

function PauseAll({ isPaused, onDone }: { isPaused: boolean; onDone: () => void }): JSX.Element {
  return (
    <button
      type="button"
      class={isPaused ? "button primary" : "button grave-quiet"}
      onClick={() =>
        ask({
          title: isPaused ? "Resume everything?" : "Pause everything?",
          text: isPaused
            ? "What waits is begun again."
            : "No provider gets anything new, for no film. What they are at comes to its end.",
          verb: isPaused ? "Resume everything" : "Pause everything",
          isGrave: !isPaused,
          path: isPaused ? "/resume-all" : "/pause-all",
          onDone,
        })}
    >
      {isPaused ? "Resume everything" : "Pause everything"}
    </button>
  );
}

function Stuck({ queue: { stuck, broken } }: { queue: Queue }): JSX.Element {
  return (
    <section>
      <h2>
        Stuck <span class="column-n">{stuck.length + broken.length}</span>
      </h2>
      {stuck.length + broken.length === 0 && (
        <p class="none">Nothing: every open piece of work has somebody to move it on.</p>
      )}
      <ul class="often">
        {broken.map((one) => (
          <li key={one.invariant + one.id}>
            <Status status="failed" label="Broken" />
            <span>{one.invariant}</span>
            <Id
              id={one.id}
              href={one.id?.startsWith("proj_") ? hrefOf("films", one.id) : undefined}
            />
          </li>
        ))}
        {stuck.map((one) => (
          <li key={`${one.what}/${one.id}`}>
            <Status status="warning" label={words(one.what)} />
            <span>{one.why}</span>
            <span class="muted">
              <Id
                id={one.project_id ?? one.id}
                href={one.project_id ? hrefOf("films", one.project_id) : undefined}
              />{" "}
              <Ago at={one.since} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Depth({ queue: { depth } }: { queue: Queue }): JSX.Element {
  return (
    <section>
      <h2>Open work</h2>
      {depth.length === 0
        ? <p class="none">Nothing is open.</p>
        : (
          <div class="table-place" tabIndex={0} role="region" aria-label="Open work">
            <table>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">Status</th>
                  <th scope="col">Provider</th>
                  <th scope="col" class="n">Open</th>
                  <th scope="col" class="n">Due now</th>
                  <th scope="col">Oldest due</th>
                </tr>
              </thead>
              <tbody>
                {depth.map((row) => (
                  <tr key={`${row.what}/${row.status}/${row.provider}`}>
                    <th scope="row">{words(row.what)}</th>
                    <td>
                      <Status status={row.status} />
                    </td>
                    <td>{row.provider ?? (row.what === "delivery" ? "none" : "not chosen yet")}</td>
                    <td class="n">{count(row.items)}</td>
                    <td class="n">{count(row.due)}</td>
                    <td>{row.first_due_at ? <Ago at={row.first_due_at} /> : "paused"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </section>
  );
}
