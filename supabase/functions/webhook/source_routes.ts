import type { Context } from "hono";
import type { Deps } from "../_shared/deps.ts";
import type { Admitted, Door } from "../_shared/door.ts";
import { notFound, Refusal } from "../_shared/errors.ts";
import { createRateLimit, type RateLimit } from "../_shared/limits/rate_limit.ts";
import { recordRequest } from "../_shared/record_request.ts";
import type { ReceivedCallback } from "../_shared/transitions/callbacks.ts";
import { receiveSourceCallback, type WebhookSource } from "../_shared/transitions/sources.ts";
import { answerHandshake } from "./answer_handshake.ts";
import { createKnownSources } from "./known_sources.ts";
import { readSourceBody } from "./read_source_body.ts";
import { sourceCredentials } from "./source_credentials.ts";

/** Custom sources at `/webhook/{source}`; to be added after the door's own paths. */
export function addSourceRoutes(
  { app, admit, limit, logOf, watchBell, ...deps }: Deps & Door & { watchBell: () => void },
): void {
  const sources = createKnownSources(deps);
  const limitOf = createLimits(deps);

  app.post("/:source", async (c) => {
    const { admitted, source } = await admitFrom(c);
    await limit(c, limitOf(source));
    const handshake = answerHandshake(source.scheme, admitted.body);
    if (handshake !== null) {
      logOf(c)("callback.handshake", { source: source.name });
      return handshake;
    }

    const received = await receive(c, admitted, source);
    const { outcome, webhook_log_id } = received;
    logOf(c)("callback.received", { source: source.name, outcome, webhook_log_id });
    if (outcome === "error") return c.json({ error: "Webhook processing failed" }, 500);
    if (outcome === "applied") watchBell();
    return c.json({ received: true, outcome });
  });

  app.all("/:source", async (c) => {
    if (await sources.find(c.req.param("source")) === null) throw notFound();
    throw new Refusal(405, "Method not allowed", { headers: { Allow: "POST" } });
  });

  /** The source may have changed since we looked: what it refuses is looked at once more. */
  async function admitFrom(c: Context): Promise<{ admitted: Admitted; source: WebhookSource }> {
    const name = c.req.param("source") ?? "";
    let source = await sources.find(name) ?? refuse();
    if (!sourceCredentials(source, deps).configured) {
      source = await sources.refind(name) ?? refuse();
    }

    const admitted = await admit(c, {
      configured: sourceCredentials(source, deps).configured,
      async verify(headers, body) {
        const verdict = sourceCredentials(source, deps).verify(headers, body);
        if (verdict.kind === "verified") return verdict;
        const known = source.revision;
        source = await sources.refind(name) ?? refuse();
        return source.revision === known
          ? verdict
          : sourceCredentials(source, deps).verify(headers, body);
      },
    });
    return { admitted, source };
  }

  async function receive(
    c: Context,
    admitted: Admitted,
    source: WebhookSource,
  ): Promise<ReceivedCallback> {
    const received = await receiveSourceCallback(deps.db, recorded(c, admitted, source), source);
    if (received !== null) return received;

    const changed = await sources.findNow(source.name) ?? refuse();
    const verdict = sourceCredentials(changed, deps).verify(c.req.raw.headers, admitted.body);
    if (verdict.kind !== "verified") throw new Refusal(401, "Invalid signature");
    const again = recorded(c, { ...admitted, deliveryId: verdict.deliveryId }, changed);
    return await receiveSourceCallback(deps.db, again, changed) ?? comeAgain();
  }

  function recorded(
    c: Context,
    { body, deliveryId }: Pick<Admitted, "body" | "deliveryId">,
    source: WebhookSource,
  ) {
    const { data, id, type } = readSourceBody(body, source);
    const secretHeader = sourceCredentials(source, deps).header;
    const about = { body, deliveryId: id ?? deliveryId, source: source.name, data, secretHeader };
    // An attempt's token has no business here.
    return { ...recordRequest(c, about), type, token: null };
  }
}

/** One limit a source for as long as its figure stays the same. */
function createLimits(deps: Deps): (source: WebhookSource) => RateLimit | null {
  const limits = new Map<string, { most: number; limit: RateLimit }>();

  return ({ name, rate_limit: most }) => {
    if (most === null) return null;
    const kept = limits.get(name);
    if (kept?.most === most) return kept.limit;
    const limit = createRateLimit(`source:${name}`, most, deps);
    limits.set(name, { most, limit });
    return limit;
  };
}

function refuse(): never {
  throw notFound();
}

function comeAgain(): never {
  throw new Refusal(503, "The source is being changed", { headers: { "Retry-After": "1" } });
}
