/// <reference lib="dom" />
import type { JSX } from "preact";
import { Delivery } from "../api/shapes/delivery.ts";
import { dateTime, span } from "../format.ts";
import { useLive } from "../live/use_live.ts";
import { Ago, Facts, Id, NotHere, Payload, Trouble } from "../parts/bits.tsx";
import { ask } from "../parts/confirm.tsx";
import { Status } from "../parts/status.tsx";
import { hrefOf } from "../route.ts";
import { labelOfType, sentAgainBy, whyNotSent } from "../story/labels.ts";

/** One delivery: the exact body, each try and what the receiver answered, and its redrive. */
export function DeliveryView({ id }: { id: string }): JSX.Element {
  const { value: one, error, refresh } = useLive(
    `/browse/deliveries/${encodeURIComponent(id)}`,
    Delivery,
    { isMoving: isOpen },
  );
  const back = <a class="back" href="#/deliveries">Deliveries</a>;
  if (!one) {
    return (
      <>
        {back}
        <NotHere what="delivery" gone="It may have been pruned." error={error} />
      </>
    );
  }
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
        <Again one={one} onDone={refresh} />
      </div>
      <Trouble error={error} />
      {one.error && one.status !== "delivered" && <p class="verdict tone-box-bad">{one.error}</p>}
      <Details one={one} />
      <Tries one={one} />
      <Payload title="Body" value={one.body ?? ""} />
    </article>
  );
}

function isOpen({ status }: Delivery): boolean {
  return status === "pending" || status === "delivering";
}

/** The verb by which it is sent again. */
function Again({ one, onDone }: { one: Delivery; onDone: () => void }): JSX.Element | null {
  const path = `/deliveries/${encodeURIComponent(one.delivery_id)}`;
  const verb = sentAgainBy(one);
  if (verb === "redrive") {
    return (
      <button
        type="button"
        class="button primary"
        onClick={() =>
          ask({
            title: "Redrive this delivery?",
            text:
              "The same body is sent again under the same webhook-id: a receiver that has it knows it.",
            verb: "Redrive delivery",
            path: `${path}/redrive`,
            onDone,
          })}
      >
        Redrive
      </button>
    );
  }
  if (verb === null) return null;
  return (
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
          path: `${path}/replay`,
          onDone,
        })}
    >
      Replay
    </button>
  );
}

function Details({ one }: { one: Delivery }): JSX.Element {
  const { project_id: film, batch_id: batch, endpoint_id: endpoint, delivered_at } = one;
  return (
    <Facts
      rows={{
        "Webhook id": <Id id={one.webhook_id} />,
        "Film": film ? <Id id={film} href={hrefOf("films", film)} /> : "none",
        "Queued": dateTime(one.created_at),
        "Delivered": delivered_at ? dateTime(delivered_at) : isOpen(one) ? "not yet" : null,
        "Batch": batch ? <Id id={batch} href={hrefOf("deliveries", batch)} /> : null,
        "Endpoint": endpoint
          ? <Id id={endpoint} href={hrefOf("deliveries", null, { endpoint_id: endpoint })} />
          : null,
        "Next try": one.status === "pending" ? <Ago at={one.due_at} /> : null,
      }}
    />
  );
}

function Tries({ one }: { one: Delivery }): JSX.Element {
  const { tries, batch_id } = one;
  const all = tries ?? [];
  return (
    <section>
      <h2>
        Tries <span class="column-n">{all.length}</span>
      </h2>
      {all.length === 0 && (
        <p class="none">
          {batch_id
            ? "It went with others in one request: see its batch."
            : whyNotSent(one) ?? "It was not sent yet."}
        </p>
      )}
      <ol class="tries">
        {all.map((each) => (
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
  );
}
