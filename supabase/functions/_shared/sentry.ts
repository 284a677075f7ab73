import type { Deps } from "./deps.ts";
import { optional } from "./env.ts";
import { type Log, withoutTokens } from "./log.ts";
import { sinceThen } from "./since_then.ts";

/** Where a DSN (`https://<public key>@<host>/<path><project>`) sends events to. */
export type SentryTarget = { url: string; key: string; dsn: string };

/** Reports a minute of one isolate: an outage must not become a flood at Sentry. */
const MOST_A_MINUTE = 30;
const MINUTE = 60_000;
const TIMEOUT = 5000;

/** Null where it is no DSN. */
export function readDsn(dsn: string): SentryTarget | null {
  if (!URL.canParse(dsn)) return null;
  const { protocol, username, host, pathname } = new URL(dsn);
  const [, prefix, project] = /^(.*\/)([^/]+)\/?$/.exec(pathname) ?? [];
  if (!/^https?:$/.test(protocol) || username === "" || project === undefined) return null;
  return { url: `${protocol}//${host}${prefix}api/${project}/envelope/`, key: username, dsn };
}

/**
 * Sends what the log tells of errors to Sentry as well: an `error` that was thrown, and a callback
 * whose processing failed. Never more than the log has. Null without SENTRY_DSN.
 *
 * Sentry's own package takes a third of a second and 26 MB of a cold start; of its protocol a
 * backend's errors need one POST (https://develop.sentry.dev/sdk/envelopes/).
 */
export function createSentry(
  { get, fetch, now, later, log }: Pick<Deps, "get" | "fetch" | "now" | "later" | "log">,
): Log | null {
  const dsn = optional(get, "SENTRY_DSN");
  if (dsn === null) return null;
  const target = readDsn(dsn);
  if (target === null) {
    log("sentry.not_configured", { reason: "SENTRY_DSN is no DSN" });
    return null;
  }
  let sent: number[] = [];

  return (event, fields = {}) => {
    if (!isFailure(fields)) return;
    sent = sent.filter((at) => sinceThen(at, now()) < MINUTE);
    if (sent.length >= MOST_A_MINUTE) return;
    sent.push(now());
    const body = envelope(event, fields, { target, at: new Date(now()).toISOString() });
    later(
      post(fetch, target, body).catch((error) => log("sentry.away", { reason: error.message })),
    );
  };
}

function isFailure({ error, outcome }: Readonly<Record<string, unknown>>): boolean {
  return error instanceof Error || outcome === "error";
}

async function post(fetch: Deps["fetch"], { url, key }: SentryTarget, body: string): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-sentry-envelope",
      "x-sentry-auth": `Sentry sentry_version=7, sentry_key=${key}, sentry_client=reelay/1.0`,
    },
    body,
    signal: AbortSignal.timeout(TIMEOUT),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`Sentry answers ${response.status}`);
}

function envelope(
  event: string,
  fields: Readonly<Record<string, unknown>>,
  { target, at }: { target: SentryTarget; at: string },
): string {
  const { error, door, ...extra } = fields;
  const event_id = crypto.randomUUID().replaceAll("-", "");
  const item = {
    event_id,
    timestamp: at,
    platform: "javascript",
    level: "error",
    logger: "reelay",
    transaction: door,
    tags: { event, door },
    ...(error instanceof Error ? { exception: { values: [asException(error)] } } : {
      message: event,
    }),
    extra,
  };
  const lines = [{ event_id, dsn: target.dsn, sent_at: at }, { type: "event" }, item];
  return lines.map((line) => withoutTokens(JSON.stringify(line))).join("\n") + "\n";
}

function asException({ name, message, stack = "" }: Error): Record<string, unknown> {
  // Sentry wants the oldest call first.
  const frames = [...stack.matchAll(/^\s+at (?:(.+?) \()?(.+?):(\d+):(\d+)\)?$/gm)].reverse()
    .map(([, called = "?", filename, lineno, colno]) => ({
      function: called,
      filename,
      lineno: Number(lineno),
      colno: Number(colno),
    }));
  return { type: name, value: message, stacktrace: { frames } };
}
