import * as z from "zod";
import { refuseOtherMethods } from "../_shared/door.ts";
import {
  deleteEndpoint,
  pageEndpoints,
  putEndpoint,
  readEndpoint,
  rotateEndpointSecret,
  setEndpointEnabled,
  testEndpoint,
} from "../_shared/management/endpoints.ts";
import { allowsPrivateTargets, type Get } from "../_shared/env.ts";
import { type Issue, notFound, refuseBody } from "../_shared/errors.ts";
import { EVENTS } from "../_shared/events.ts";
import { whyNotPublic } from "../_shared/private_target.ts";
import { checkWebhookHeaders } from "../_shared/webhook_headers.ts";
import { readFields, readId, readQuery } from "../_shared/read_fields.ts";
import { createAct, type Desk, Why } from "./desk.ts";
import { readIdempotencyKey } from "./idempotency_key.ts";

/** Here null is not as absent: it takes away. */
export const Changes = z.strictObject({
  url: z.string().max(2048).optional(),
  description: z.string().max(500).nullable().optional(),
  events: z.array(z.enum(EVENTS)).max(20).nullable().optional(),
  headers: z.record(z.string(), z.string().max(4096)).optional(),
  max_in_flight: z.int().min(1).max(50).optional(),
  max_per_second: z.number().positive().max(1000).nullable().optional(),
  is_ordered: z.boolean().optional(),
  batch_size: z.int().min(1).max(100).optional(),
  batch_ms: z.int().min(0).max(60_000).optional(),
});
export const NewEndpoint = Changes.extend({
  user_id: z.string().min(1).max(255),
  url: z.string().max(2048),
});
export const Overlap = z.object({ overlap_seconds: z.int().min(0).max(2_592_000).nullish() });
export const Filter = z.object({
  user_id: z.string().max(255).optional(),
  after: z.string().max(255).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});

const DAY = 86_400;

/** Where users' events go, whichever job they come from. */
export function addEndpointRoutes(desk: Desk): void {
  const { app, admit, db, get } = desk;
  const act = createAct(desk, { isSecret: true });

  app.get("/endpoints", async (c) => {
    await admit(c);
    const { user_id: userId = null, after = null, limit } = readQuery(c, Filter);
    const { docs, next } = await pageEndpoints(db, { userId, after, limit });
    return c.json({ endpoints: docs, next });
  });
  app.post("/endpoints", async (c) => {
    const fields = readFields((await admit(c)).body, NewEndpoint);
    checkTarget(fields, get);
    const asked = { ...fields, ...readIdempotencyKey(c) };
    const endpoint = await act("create endpoint", "endpoints", putEndpoint(db, null, asked));
    return c.json(endpoint, endpoint.duplicate ? 200 : 201);
  });
  refuseOtherMethods(app, "/endpoints", "GET, POST");

  app.get("/endpoints/:id", async (c) => {
    await admit(c);
    const endpoint = await readEndpoint(db, readId(c, "id"));
    if (endpoint === null) throw notFound();
    return c.json(endpoint);
  });
  app.post("/endpoints/:id", async (c) => {
    const changes = readFields((await admit(c)).body, Changes);
    const id = readId(c, "id");
    if (Object.keys(changes).length === 0) {
      throw refuseBody([{ path: "", message: "Required: what to change" }]);
    }
    checkTarget(changes, get);
    return c.json(await act("change endpoint", id, putEndpoint(db, id, changes)));
  });
  app.delete("/endpoints/:id", async (c) => {
    await admit(c);
    const id = readId(c, "id");
    return c.json(await act("delete endpoint", id, deleteEndpoint(db, id)));
  });
  refuseOtherMethods(app, "/endpoints/:id", "GET, POST, DELETE");

  app.post("/endpoints/:id/rotate", async (c) => {
    const { overlap_seconds } = readFields((await admit(c)).body, Overlap);
    const id = readId(c, "id");
    const rotation = rotateEndpointSecret(db, id, overlap_seconds ?? DAY);
    return c.json(await act("rotate secret", id, rotation));
  });
  refuseOtherMethods(app, "/endpoints/:id/rotate", "POST");

  for (const verb of ["enable", "disable"] as const) {
    app.post(`/endpoints/:id/${verb}`, async (c) => {
      const { reason = null } = readFields((await admit(c)).body, Why);
      const id = readId(c, "id");
      const isEnabled = verb === "enable";
      return c.json(await act(verb, id, setEndpointEnabled(db, id, { isEnabled, reason })));
    });
    refuseOtherMethods(app, `/endpoints/:id/${verb}`, "POST");
  }

  app.post("/endpoints/:id/test", async (c) => {
    await admit(c);
    const id = readId(c, "id");
    return c.json(await act("test endpoint", id, testEndpoint(db, id)), 202);
  });
  refuseOtherMethods(app, "/endpoints/:id/test", "POST");
}

/** Says now what would stop every delivery later; the runner looks again at each. */
function checkTarget(
  { url, headers = {} }: { url?: string; headers?: Record<string, string> },
  get: Get,
): void {
  const issues: Issue[] = checkWebhookHeaders(headers)
    .map(({ path, message }) => ({ path: path.replace(/^webhook_/, ""), message }));
  const reason = url === undefined
    ? null
    : whyNotPublic(url, { allowPrivate: allowsPrivateTargets(get) });
  if (reason !== null) issues.push({ path: "url", message: `Cannot post there: ${reason}` });
  if (issues.length > 0) throw refuseBody(issues);
}
