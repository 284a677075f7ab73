/// <reference lib="dom" />
import type { JSX } from "preact";
import { Delivery } from "../api/shapes/delivery.ts";
import { dateTime, span } from "../format.ts";
import { useLive } from "../live/use_live.ts";
import { Ago, Empty, Facts, Id, Loading, Payload, Trouble } from "../parts/bits.tsx";
import { ask } from "../parts/confirm.tsx";
import { Status } from "../parts/status.tsx";
import { hrefOf } from "../route.ts";
import { labelOfType, whyNotSent } from "../story/labels.ts";

/** One delivery: the exact body, each try and what the receiver answered, and its redrive. */
export function DeliveryView({ id }: { id: string }): JSX.Element {
  const { value: one, error, refresh } = useLive(
    `/browse/deliveries/${encodeURIComponent(id)}`,
    Delivery,
    { isMoving: ({ status }) => status === "pending" || status === "delivering" },
  );
  const back = <a class="back" href="#/deliveries">Deliveries</a>;
  if (!one) {
    if (error?.status === 404) {
      return (
        <>
          {back}
          <Empty title="No such delivery">It may have been pruned.</Empty>
        </>
      );
    }
    return <>{back}{error ? <Trouble error={error} /> : <Loading />}</>;
  }
  const tries = one.tries ?? [];
  return (
    <article>
      {back}
      <div class="head">
        <div class="head-words">
          <h1>{labelOfType(one.type)}</h1>
          <p class="head-meta">
            <Status status={one.status} />
            <span class="muted">
              {`to ${one.url || one.endpoint_id}, `}
              <Ago at={one.created_at} />
            </span>
          </p>
        </div>
        {["delivered", "filtered", "skipped"].includes(one.status) && (
          <button
            type="button"
            class="button"
            onClick={() =>
              ask({
                title: "Replay this delivery?",
                text:
                  "It is sent once more under its old webhook-id: a receiver that keeps the ids it has " +
                  "seen takes it for what it is.",
                verb: "Replay delivery",
                path: `/deliveries/${encodeURIComponent(id)}/replay`,
                onDone: refresh,
              })}
          >
            Replay
          </button>
        )}
        {one.status === "dead" && (
          <button
            type="button"
            class="button primary"
            onClick={() =>
              ask({
                title: "Redrive this delivery?",
                text:
                  "The same body is sent again under the same webhook-id: a receiver that has it knows it.",
                verb: "Redrive delivery",
                path: `/deliveries/${encodeURIComponent(id)}/redrive`,
                onDone: refresh,
              })}
          >
            Redrive
          </button>
        )}
      </div>
      <Trouble error={error} />
      {one.error && one.status !== "delivered" && <p class="verdict tone-box-bad">{one.error}</p>}
      <Facts
        rows={{
          "Webhook id": <Id id={one.webhook_id} />,
          "Film": one.project_id
            ? <Id id={one.project_id} href={hrefOf("films", one.project_id)} />
            : "none",
          "Queued": dateTime(one.created_at),
          "Delivered": one.delivered_at
            ? dateTime(one.delivered_at)
            : one.status === "pending" || one.status === "delivering"
            ? "not yet"
            : null,
          "Batch": one.batch_id
            ? <Id id={one.batch_id} href={hrefOf("deliveries", one.batch_id)} />
            : null,
          "Endpoint": one.endpoint_id
            ? (
              <Id
                id={one.endpoint_id}
                href={hrefOf("deliveries", null, { endpoint_id: one.endpoint_id })}
              />
            )
            : null,
          "Next try": one.status === "pending" ? <Ago at={one.due_at} /> : null,
        }}
      />
      <section>
        <h2>
          Tries <span class="column-n">{tries.length}</span>
        </h2>
        {tries.length === 0 && (
          <p class="none">
            {one.batch_id
              ? "It went with others in one request: see its batch."
              : whyNotSent(one.status) ?? "It was not sent yet."}
          </p>
        )}
        <ol class="tries">
          {tries.map((each) => (
            <li key={each.number}>
              <p>
                <Status
                  status={each.error ? "failed" : "delivered"}
                  label={each.status_code ? `HTTP ${each.status_code}` : "No answer"}
                />
                <span class="muted">
                  {`Try ${each.number}, `}
                  <Ago at={each.attempted_at} />
                  {each.duration_ms ? `, ${span(each.duration_ms)}` : ""}
                </span>
              </p>
              {each.error && <p class="card-error">{each.error}</p>}
              {each.response_excerpt && (
                <Payload title={`Answer to try ${each.number}`} value={each.response_excerpt} />
              )}
            </li>
          ))}
        </ol>
      </section>
      <Payload title="Body" value={one.body ?? ""} />
    </article>
  );
}
