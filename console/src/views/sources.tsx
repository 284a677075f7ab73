/// <reference lib="dom" />
import type { JSX } from "preact";
import { Endpoints, type Source, Sources } from "../api/shapes/sources.ts";
import { useLive } from "../live/use_live.ts";
import { Empty, Facts, Loading, Trouble } from "../parts/bits.tsx";
import { ask } from "../parts/confirm.tsx";
import { EndpointTile } from "../parts/endpoint_tile.tsx";
import { Status } from "../parts/status.tsx";
import { hrefOf } from "../route.ts";

/** Who may post webhooks here, and to whom webhooks are posted for good. */
export function SourcesView({ query }: { query: URLSearchParams }): JSX.Element {
  const after = query.get("after") ?? "";
  const sources = useLive("/sources", Sources);
  const endpoints = useLive(
    `/endpoints?${new URLSearchParams({ after, limit: "100" })}`,
    Endpoints,
  );
  return (
    <>
      <div class="head">
        <div>
          <h1>Sources and endpoints</h1>
          <p class="muted">
            Senders with a path of their own at{" "}
            <code>/webhook/&lt;name&gt;</code>, and standing receivers.
          </p>
        </div>
      </div>
      <section>
        <h2>Custom sources</h2>
        <Trouble error={sources.error} />
        {!sources.value && !sources.error && <Loading />}
        {sources.value?.sources.length === 0 && (
          <Empty title="No custom source">
            One is added by{" "}
            <code>POST /webhook-manage/sources/&lt;name&gt;</code>: its scheme, and the name of its
            secret.
          </Empty>
        )}
        <div class="tiles tiles-wide">
          {sources.value?.sources.map((source) => (
            <SourceTile key={source.name} source={source} onDone={sources.refresh} />
          ))}
        </div>
      </section>
      <section>
        <h2>Standing endpoints</h2>
        {endpoints.error?.status === 404
          ? <Empty title="Not in this installation">A job names its own callback_url.</Empty>
          : <Trouble error={endpoints.error} />}
        {after === "" && endpoints.value?.endpoints.length === 0 && (
          <Empty title="No standing endpoint">
            Each job names its own callback_url. One that hears of all films of a user is added by
            {" "}
            <code>POST /webhook-manage/endpoints</code>.
          </Empty>
        )}
        <div class="tiles tiles-wide">
          {endpoints.value?.endpoints.map((endpoint) => (
            <EndpointTile
              key={endpoint.endpoint_id}
              endpoint={endpoint}
              onDone={endpoints.refresh}
            />
          ))}
        </div>
        {endpoints.value?.next && (
          <a
            class="button more-button"
            href={hrefOf("sources", null, { after: endpoints.value.next })}
          >
            Show later ones
          </a>
        )}
      </section>
    </>
  );
}

function SourceTile({ source, onDone }: { source: Source; onDone: () => void }): JSX.Element {
  const status = !source.is_enabled
    ? "disabled"
    : source.is_configured === false
    ? "error"
    : "enabled";
  return (
    <section class="tile" aria-label={source.name}>
      <div class="scene-head">
        <h3>{source.name}</h3>
        <Status status={status} label={status === "error" ? "Its secret is missing" : undefined} />
      </div>
      <Facts
        rows={{
          "Scheme": source.scheme,
          "Secret": `${source.secret_name} in ${
            source.secret_in === "vault" ? "Vault" : "the environment"
          }`,
          "Handler": source.handler_kind
            ? `${source.handler_kind} ${source.handler_target}`
            : "none: only recorded",
          "Limit": source.rate_limit ? `${source.rate_limit} a minute` : "none",
        }}
      />
      <div class="verbs">
        <a class="button small" href={hrefOf("callbacks", null, { source: source.name })}>
          Its callbacks
        </a>
        <button
          type="button"
          class={source.is_enabled ? "button small grave-quiet" : "button small"}
          onClick={() =>
            ask({
              title: source.is_enabled ? `Disable ${source.name}?` : `Enable ${source.name}?`,
              text: source.is_enabled
                ? "Its path answers 404 from that moment. What came before stays."
                : "Its path takes signed webhooks again.",
              verb: source.is_enabled ? "Disable source" : "Enable source",
              isGrave: source.is_enabled,
              path: `/sources/${encodeURIComponent(source.name)}`,
              body: () => ({ is_enabled: !source.is_enabled }),
              onDone,
            })}
        >
          {source.is_enabled ? "Disable" : "Enable"}
        </button>
      </div>
    </section>
  );
}
