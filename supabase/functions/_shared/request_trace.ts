import type { Context, MiddlewareHandler } from "hono";
import { clientAddress } from "./client_address.ts";
import { type Get, optional } from "./env.ts";
import { Refusal } from "./errors.ts";
import type { Log } from "./log.ts";

/** The story of each request as events that share a `trace_id`, where DEBUG asks for it. */
export interface RequestTrace {
  /** Tells when a request came, and with what it was answered. */
  handler: MiddlewareHandler;
  /** The door's log, with the request's `trace_id`. */
  logOf(c: Context): Log;
  /** An event that is told only where DEBUG asks for it. */
  tell(c: Context, event: string, fields?: Record<string, unknown>): void;
}

const LONGEST_ID = 200;

/**
 * @param now milliseconds
 * @returns null where DEBUG does not name the door: `webhooks:*`, `webhooks:fal-webhook`, `*`.
 */
export function createRequestTrace(
  door: string,
  { get, now, log }: { get: Get; now: () => number; log: Log },
): RequestTrace | null {
  if (!isDebugged(`webhooks:${door}`, optional(get, "DEBUG") ?? "")) return null;
  const ids = new WeakMap<Request, string>();

  function tell(c: Context, event: string, fields: Record<string, unknown> = {}): void {
    log(event, { trace_id: ids.get(c.req.raw), ...fields });
  }

  return {
    tell,
    logOf: (c) => (event, fields) => tell(c, event, fields),

    async handler(c, next) {
      const since = now();
      ids.set(c.req.raw, crypto.randomUUID());
      const { method, path } = c.req;
      const address = clientAddress(c.req.raw.headers);
      tell(c, "request.received", { method, path, address, ...senderId(c) });
      await next();

      const { status } = c.res;
      const duration_ms = now() - since;
      if (status < 400) tell(c, "request.answered", { status, duration_ms });
      else tell(c, "request.refused", { status, ...reasonOf(c.error), duration_ms });
    },
  };
}

/** The id by which sender, proxy or platform know the request: it is found in their logs as well. */
function senderId(c: Context): { x_request_id?: string } {
  const id = c.req.header("x-request-id");
  return id === undefined ? {} : { x_request_id: id.slice(0, LONGEST_ID) };
}

/** Names of `debug`'s kind: separated by commas or spaces, `*` for any text, `-` before takes out. */
function isDebugged(name: string, patterns: string): boolean {
  const matches = (pattern: string) => {
    const parts = pattern.split("*").map((part) => part.replace(/[^\w:-]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(name);
  };
  const names = patterns.split(/[\s,]+/).filter((pattern) => pattern !== "");
  return names.some(matches) &&
    !names.some((pattern) => pattern.startsWith("-") && matches(pattern.slice(1)));
}

function reasonOf(error: Error | undefined): Record<string, unknown> {
  if (!(error instanceof Refusal)) return { reason: error ?? "Not found" };
  const { issues } = error.more;
  return { reason: error.error, ...(issues && { issues }) };
}
