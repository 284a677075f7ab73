/// <reference lib="dom" />
import type { JSX } from "preact";
import { type Endpoint, Endpoints, type Source, Sources } from "../api/shapes.ts";
import { useLive } from "../live/use_live.ts";
import { Empty, Facts, Loading, Payload, Trouble } from "../parts/bits.tsx";
import { ask } from "../parts/confirm.tsx";
import { Status } from "../parts/status.tsx";
import { hrefOf } from "../route.ts";

/** Who may post webhooks here, and to whom webhooks are posted for good. */
export function SourcesView(): JSX.Element {
  const sources = useLive("/sources", Sources);
  const endpoints = useLive("/endpoints", Endpoints);
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
        {endpoints.value?.endpoints.length === 0 && (
          <Empty title="No standing endpoint">Each job names its own callback_url.</Empty>
        )}
        <div class="tiles tiles-wide">
          {endpoints.value?.endpoints.map((endpoint, n) => (
            <EndpointTile
              key={endpoint.endpoint_id ?? n}
              endpoint={endpoint}
              onDone={endpoints.refresh}
            />
          ))}
        </div>
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

function EndpointTile(
  { endpoint, onDone }: { endpoint: Endpoint; onDone: () => void },
): JSX.Element {
  const id = endpoint.endpoint_id ?? endpoint.name ?? "";
  const isEnabled = endpoint.is_enabled ?? endpoint.status !== "disabled";
  return (
    <section class="tile" aria-label={endpoint.url ?? id}>
      <div class="scene-head">
        <h3>{endpoint.name || endpoint.url || id}</h3>
        <Status status={isEnabled ? "enabled" : "disabled"} />
      </div>
      <Payload title="Endpoint" value={endpoint} />
      <div class="verbs">
        <a class="button small" href={hrefOf("deliveries", null, { endpoint_id: id })}>
          Its deliveries
        </a>
        <button
          type="button"
          class={isEnabled ? "button small grave-quiet" : "button small"}
          onClick={() =>
            ask({
              title: isEnabled ? "Disable this endpoint?" : "Enable this endpoint?",
              text: isEnabled
                ? "Nothing new is queued for it."
                : "It hears of what happens from now on.",
              verb: isEnabled ? "Disable endpoint" : "Enable endpoint",
              isGrave: isEnabled,
              path: `/endpoints/${encodeURIComponent(id)}`,
              body: () => ({ is_enabled: !isEnabled }),
              onDone,
            })}
        >
          {isEnabled ? "Disable" : "Enable"}
        </button>
      </div>
    </section>
  );
}
