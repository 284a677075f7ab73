import * as z from "zod";
import { refuseOtherMethods } from "../_shared/door.ts";
import { allowsPrivateTargets, type Get, readSecrets } from "../_shared/env.ts";
import { notFound, Refusal, refuseBody } from "../_shared/errors.ts";
import { whyNotPublic } from "../_shared/private_target.ts";
import { SCHEMES } from "../_shared/signatures/schemes.ts";
import {
  listWebhookSources,
  putWebhookSource,
  removeWebhookSource,
  type SourceChanges,
  type SourceView,
} from "../_shared/management/sources.ts";
import { readFields, readId } from "../_shared/read_fields.ts";
import { asVerb, type Desk } from "./desk.ts";

const NAMES = Object.keys(SCHEMES);
const Path = z.string().max(255).regex(/^[^.]+(\.[^.]+){0,9}$/, "Expected a path: data.event.id");

/** Here null is not as absent: it takes away. The rules about several fields are the database's. */
export const Changes = z.object({
  scheme: z.string().refine((name) => NAMES.includes(name), `Expected ${NAMES.join(", ")}`)
    .optional(),
  header: z.string().toLowerCase().regex(/^[a-z0-9][a-z0-9-]{0,99}$/, "Expected a header's name")
    .nullable().optional(),
  secret_in: z.enum(["env", "vault"], "Expected env or vault").optional(),
  secret_name: z.string().min(1).max(255).optional(),
  id_path: Path.nullable().optional(),
  type_path: Path.nullable().optional(),
  rate_limit: z.int().min(1).max(1_000_000).nullable().optional(),
  handler_kind: z.enum(["function", "delivery"], "Expected function or delivery").nullable()
    .optional(),
  handler_target: z.string().min(1).max(2000).nullable().optional(),
  is_enabled: z.boolean().optional(),
});

/** The senders that this installation adds to the built-in ones. */
export function addSourceRoutes({ app, admit, db, get, log }: Desk): void {
  const shown = (source: SourceView) => ({ ...source, is_configured: isConfigured(source, get) });

  app.get("/sources", async (c) => {
    await admit(c);
    return c.json({ sources: (await listWebhookSources(db)).map(shown) });
  });
  refuseOtherMethods(app, "/sources", "GET");

  app.get("/sources/:name", async (c) => {
    await admit(c);
    const name = readId(c, "name");
    const source = (await listWebhookSources(db)).find((one) => one.name === name);
    if (source === undefined) throw notFound();
    return c.json(shown(source));
  });
  app.post("/sources/:name", async (c) => {
    const changes = readFields((await admit(c)).body, Changes);
    const name = readId(c, "name");
    if (Object.keys(changes).length === 0) {
      throw refuseBody([{ path: "", message: "Required: scheme, secret_name, or what to change" }]);
    }
    checkDelivery(changes, get);
    const source = await asVerb(putWebhookSource(db, name, changes));
    log("source.changed", { name, fields: Object.keys(changes) });
    return c.json(shown(source));
  });
  app.delete("/sources/:name", async (c) => {
    await admit(c);
    const name = readId(c, "name");
    const removed = await asVerb(removeWebhookSource(db, name));
    log("source.removed", { name });
    return c.json(removed);
  });
  refuseOtherMethods(app, "/sources/:name", "GET, POST, DELETE");
}

/** True where the door finds the source's secret. */
function isConfigured({ secret_in, secret_name, has_secret }: SourceView, get: Get): boolean {
  return secret_in === "vault" ? has_secret === true : readSecrets(get, secret_name).length > 0;
}

/** Says now what would stop every delivery later. Without a kind, only a URL is a delivery's target. */
function checkDelivery({ handler_kind, handler_target }: SourceChanges, get: Get): void {
  const isDelivery = handler_kind === undefined
    ? /^https?:/i.test(handler_target ?? "")
    : handler_kind === "delivery";
  if (!isDelivery) return;
  const reason = handler_target === undefined
    ? null
    : whyNotPublic(handler_target ?? "", { allowPrivate: allowsPrivateTargets(get) });
  if (reason !== null) {
    throw refuseBody([{ path: "handler_target", message: `Cannot post there: ${reason}` }]);
  }
  if (readSecrets(get, "CALLBACK_SIGNING_SECRET").length === 0) {
    throw new Refusal(503, "Not configured: a delivery needs CALLBACK_SIGNING_SECRET");
  }
}
