import { type Context, Hono } from "hono";
import { clientAddress } from "./client_address.ts";
import { allowOrigins } from "./cors.ts";
import {
  type Credentials,
  type CredentialsDeps,
  doorCredentials,
  type DoorName,
} from "./credentials.ts";
import { within } from "./deadline.ts";
import type { Deps } from "./deps.ts";
import { countAnswers } from "./door_counts.ts";
import { answerError, Refusal, refuseBody } from "./errors.ts";
import { createFloodGuard } from "./limits/flood_guard.ts";
import type { Log } from "./log.ts";
import { createRateLimit, type RateLimit, readRateLimit } from "./limits/rate_limit.ts";
import { readRequest } from "./read_body.ts";
import { createRequestTrace } from "./request_trace.ts";

/** A request whose sender proved who it is. */
export type Admitted = {
  body: Uint8Array;
  /** The id that the sender signed, if its scheme signs one. */
  deliveryId: string | null;
  /** Signed by somebody who signs for all its customers: what it says of our rows is hearsay. */
  forAnybody: boolean;
};

/** Senders of callbacks wait no longer for an answer: fal gives up after 15 s. */
const BODY_WITHIN = 15_000;

export type DoorOptions =
  & (
    | { name: DoorName; letIn?: undefined }
    /** A door whose senders sign nothing brings its own way to know them. */
    | { name: string; letIn: (deps: CredentialsDeps) => Credentials }
  )
  & DoorLimits;

type DoorLimits = {
  /** Variable with the limit of verified requests a minute and address; absent: there is none. */
  rateLimit?: string;
  /** False: a GET on the door's own path is a route of its own. */
  greets?: boolean;
  /** Failed credentials a minute and address that are answered with 401. */
  floodLimit?: number;
  /** Milliseconds that a body may take to arrive. */
  bodyWithin?: number;
  /** What to do about a request that was signed too long ago, besides refusing it. */
  onStale?: (requestId: string, c: Context) => void;
};

/** What every door does in the same order, and the app that it is built on. */
export interface Door {
  /** Routes below the door's own path; errors and unknown paths are answered already. */
  readonly app: Hono;
  readonly log: Log;
  /** The log for what concerns one request. */
  logOf(c: Context): Log;
  /**
   * Reads the body and checks size, configuration and credentials, in this order.
   *
   * @param by whom to let in instead of the door's usual senders
   * @throws {Refusal} 408, 413, 503, 401 or 429
   */
  admit(c: Context, by?: Credentials): Promise<Admitted>;
  /** Notes that the token in its URL let a request in: it counts as one that was admitted. */
  opened(c: Context): void;
  /**
   * To be called last before the database is.
   *
   * @param by another limit than the door's own; null: none
   * @throws {Refusal} 429
   */
  limit(c: Context, by?: RateLimit | null): Promise<void>;
}

export function createDoor(options: DoorOptions, deps: Deps): Door {
  const { name, rateLimit, greets = true, floodLimit = 100, bodyWithin = BODY_WITHIN } = options;
  const log: Log = (event, fields) => deps.log(event, { door: name, ...fields });
  const credentials = options.letIn
    ? options.letIn({ ...deps, log })
    : doorCredentials(options.name, { ...deps, log });
  const guard = createFloodGuard({ limit: floodLimit, now: deps.now });
  const most = rateLimit === undefined ? null : readRateLimit(rateLimit, deps.get);
  const requests = rateLimit === undefined || most === null
    ? null
    : createRateLimit(rateLimit, most, { ...deps, log });
  const trace = createRequestTrace(name, { ...deps, log });
  const origins = allowOrigins(deps.get);
  if (!credentials.configured) log("door.not_configured");

  const logOf = (c: Context): Log => trace?.logOf(c) ?? log;

  const app = new Hono({ strict: false }).basePath(`/${name}`);
  app.onError((error, c) => answerError(error, c, logOf(c)));
  app.notFound((c) => c.json({ error: "Not found" }, 404));
  const letIn = new WeakSet<Request>();
  if (deps.counts) app.use("*", countAnswers(deps.counts(name), { now: deps.now, letIn }));
  if (trace) app.use("*", trace.handler);
  if (origins) app.use("*", origins);
  if (greets) app.get("/", (c) => c.json({ status: "ok", door: name }));

  return {
    app,
    log,
    logOf,

    async admit(c, { configured, verify } = credentials) {
      const { headers } = c.req.raw;
      const body = await within(bodyWithin, readRequest(c.req.raw)).catch((error) => {
        if (error instanceof DOMException && error.name === "TimeoutError") {
          throw new Refusal(408, "Body did not arrive in time");
        }
        throw refuseBody([{ path: "", message: "Cut off" }]);
      });
      if (body === null) throw new Refusal(413, "Body too large");
      if (!configured) throw new Refusal(503, "Not configured");

      const verdict = await verify(headers, body);
      if (verdict.kind === "verified") {
        const { deliveryId, forAnybody = false } = verdict;
        letIn.add(c.req.raw);
        trace?.tell(c, "request.verified", { body_bytes: body.length, delivery_id: deliveryId });
        return { body, deliveryId, forAnybody };
      }
      if (verdict.kind === "unavailable") {
        throw new Refusal(503, "Keys away", { headers: { "Retry-After": "5" } });
      }

      const address = clientAddress(headers);
      const stayAway = guard.failed(address);
      if (stayAway !== null) throw tooMany(stayAway);
      trace?.tell(c, "request.unverified", { signed_with: signatureHeaders(headers) });
      logOf(c)("door.refused", { address, body_bytes: body.length, verdict: verdict.kind });
      if (verdict.kind === "stale") options.onStale?.(verdict.requestId, c);
      throw new Refusal(401, "Invalid signature");
    },

    opened: (c) => void letIn.add(c.req.raw),

    async limit(c, by = requests) {
      const stayAway = await by?.taken(clientAddress(c.req.raw.headers)) ?? null;
      if (stayAway !== null) throw tooMany(stayAway);
    },
  };
}

/** Answers every method that a path does not have; to be registered after those that it has. */
export function refuseOtherMethods(app: Hono, path: string, allowed: string): void {
  app.all(path, () => {
    throw new Refusal(405, "Method not allowed", { headers: { Allow: allowed } });
  });
}

/** Names alone: whether nothing was signed, or what was signed does not match. */
function signatureHeaders(headers: Headers): string[] {
  return [...headers.keys()].filter((name) => /signature|^(authorization|apikey)$/.test(name));
}

function tooMany(seconds: number): Refusal {
  return new Refusal(429, "Rate limit exceeded", { headers: { "Retry-After": `${seconds}` } });
}
