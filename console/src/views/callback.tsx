/// <reference lib="dom" />
import type { JSX } from "preact";
import { CallbackDetail } from "../api/shapes/callback.ts";
import { dateTime, span, words } from "../format.ts";
import { useLive } from "../live/use_live.ts";
import { Ago, Facts, Id, NotHere, Payload, Trouble } from "../parts/bits.tsx";
import { ask } from "../parts/confirm.tsx";
import { Events } from "../parts/events.tsx";
import { verdictOf } from "../parts/rows.tsx";
import { Status } from "../parts/status.tsx";
import { hrefOf } from "../route.ts";

const MEANING: Record<string, string> = {
  applied: "It was applied.",
  duplicate: "It had come before, or said what was known: nothing was changed.",
  stale: "What it is about had ended already: nothing was changed.",
  buffered:
    "Nothing is known of its request yet. It is tried again when that appears, for 24 hours.",
  unknown: "Nothing was ever known of its request, or its token is not ours.",
  malformed: "Its body is not what this door understands; it was answered with 400.",
  error:
    "Processing it raised an error; the sender was told 500 and will try again. It can be replayed.",
};

function meaningOf(verdict: string, filmId: string | null | undefined): string {
  return verdict === "applied" && filmId ? "It moved its film on." : MEANING[verdict] ?? "";
}

function times(n: number, none: string): string {
  return [none, "once", "twice"][n] ?? `${n} times`;
}

/** One callback: what came, what it did, and its replay. */
export function CallbackView({ id }: { id: string }): JSX.Element {
  const { value: one, error, refresh } = useLive(
    `/logs/${encodeURIComponent(id)}`,
    CallbackDetail,
    { isMoving: ({ status }) => status === "pending" },
  );
  const back = <a class="back" href="#/callbacks">Callbacks</a>;
  if (!one) {
    return (
      <>
        {back}
        <NotHere what="callback" gone="It may have been pruned." error={error} />
      </>
    );
  }
  const isMalformed = one.result === null &&
    ["fal", "video", "lastframe", "stitch"].includes(one.source);
  const verdict = verdictOf({ ...one, is_malformed: isMalformed });
  const canReplay = (one.status === "error" || one.status === "pending") && !isMalformed;

  return (
    <article>
      {back}
      <div class="head">
        <div class="head-words">
          <h1>{words(one.type)}</h1>
          <p class="head-meta">
            <Status status={verdict} />
            <span class="muted">
              {`from ${one.source}, `}
              <Ago at={one.received_at} />
            </span>
          </p>
        </div>
        {canReplay && (
          <button
            type="button"
            class="button primary"
            onClick={() =>
              ask({
                title: "Replay this callback?",
                text:
                  "What was read out of it is applied again, under the rules of the first time. " +
                  "If the film has moved on meanwhile, nothing changes.",
                verb: "Replay callback",
                path: `/logs/${encodeURIComponent(id)}/replay`,
                onDone: refresh,
              })}
          >
            Replay
          </button>
        )}
      </div>
      <Trouble error={error} />
      <p class={`verdict tone-box-${one.status === "error" ? "bad" : "calm"}`}>
        {meaningOf(verdict, one.project_id)} {one.error && <strong>{one.error}</strong>}
      </p>
      <Facts
        rows={{
          "Signature": "Valid; others are not recorded",
          "Token": one.attempt_id
            ? (
              <span>
                names attempt <Id id={one.attempt_id} />
              </span>
            )
            : "none",
          "Film": one.project_id
            ? <Id id={one.project_id} href={hrefOf("films", one.project_id)} />
            : "none",
          "Request": <Id id={one.request_id} />,
          "Delivery id": <Id id={one.webhook_id} />,
          "Received": dateTime(one.received_at),
          "Took": one.duration_ms ? span(one.duration_ms) : "not processed",
          "Came": times(one.duplicate_count + 1, "never"),
          "Replayed": times(one.retry_count, "never"),
        }}
      />
      <div class="two">
        <Payload
          title="Body as it came"
          value={one.raw_text ?? `Not text; base64: ${one.raw_body}`}
        />
        <div>
          <Payload title="Headers" value={one.headers} />
          <Payload title="What was read out of it" value={one.result} />
        </div>
      </div>
      {one.timeline.length > 0 && <Events events={one.timeline} />}
    </article>
  );
}
