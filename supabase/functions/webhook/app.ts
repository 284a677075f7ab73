import type { Hono } from "hono";
import { createBellWatch } from "../_shared/bell_watch.ts";
import type { Deps } from "../_shared/deps.ts";
import { createDoor, refuseOtherMethods } from "../_shared/door.ts";
import { allowsPrivateTargets, optional, readSecrets, webhookBaseUrl } from "../_shared/env.ts";
import { notFound, Refusal, refuseBody } from "../_shared/errors.ts";
import { parseJson } from "../_shared/json.ts";
import { findUnstorable } from "../_shared/storable.ts";
import { createProject, readStats, readTask } from "../_shared/transitions/projects.ts";
import { parseJob } from "./parse_job.ts";
import { addTrace } from "./add_trace.ts";
import { addSourceRoutes } from "./source_routes.ts";

/** Builds the app served at `/webhook`: chat apps post jobs; custom sources, whatever they have. */
export function createWebhook(deps: Deps): Hono {
  const { get, db } = deps;
  const door = createDoor({ name: "webhook", rateLimit: "RATE_LIMIT_WEBHOOK" }, deps);
  const { app, log, logOf, admit, limit } = door;
  const watchBell = createBellWatch({ ...deps, log });
  const installation = {
    allowPrivate: allowsPrivateTargets(get),
    hasVideoService: optional(get, "VIDEO_GENERATION_SERVICE") !== null,
    notify: optional(get, "NOTIFICATION_SERVICE_URL") !== null,
  };
  const signsCallbacks = readSecrets(get, "CALLBACK_SIGNING_SECRET").length > 0;

  app.post("/", async (c) => {
    const { body } = await admit(c);
    const json = parseJson(body);
    if (!json.ok) throw refuseBody([{ path: "", message: json.message }]);
    const keyHeader = c.req.header("idempotency-key") ?? null;
    const parsed = parseJob(json.value, {
      text: new TextDecoder().decode(body),
      keyHeader,
      ...installation,
    });
    if ("issues" in parsed) throw refuseBody(parsed.issues);
    if (parsed.job.callback_url !== null && !signsCallbacks) {
      throw new Refusal(503, "Not configured: callback_url needs CALLBACK_SIGNING_SECRET");
    }

    await limit(c);
    const job = addTrace(parsed.job, c.req.header("traceparent"));
    const { outcome, project_id, status, task_token } = await createProject(db, job);
    logOf(c)("job.received", { outcome, project_id });
    if (outcome === "conflict") {
      throw new Refusal(409, "The idempotency key belongs to another job");
    }
    if (outcome === "created") watchBell();
    const duplicate = outcome === "duplicate";
    const base = webhookBaseUrl(get) ?? new URL(c.req.url).origin;
    const status_url = `${base}/webhook/task/${project_id}?token=${encodeURIComponent(task_token)}`;
    const answer = { task_id: project_id, project_id, status, status_url, duplicate };
    return c.json(answer, duplicate ? 200 : 202);
  });
  refuseOtherMethods(app, "/", "GET, POST");

  app.get("/health", (c) => c.json({ status: "ok", door: "webhook" }));
  refuseOtherMethods(app, "/health", "GET");

  app.get("/stats", async (c) => {
    await admit(c);
    await limit(c);
    return c.json(await readStats(db));
  });
  refuseOtherMethods(app, "/stats", "GET");

  app.get("/task/:id", async (c) => {
    const id = c.req.param("id");
    const token = c.req.query("token") || null;
    // Either the token or the sender's credentials open a task; the token is the usual way.
    const shows = c.req.raw.headers;
    const trusted = token === null || shows.has("authorization") ||
      shows.has("x-webhook-signature") || shows.has("webhook-signature");
    if (trusted) await admit(c);
    if (findUnstorable([id, token]) !== null) throw notFound();

    const task = await readTask(db, id, { token, trusted });
    // A wrong token says no more than an unknown id does.
    if (task === null) throw notFound();
    return c.json(task);
  });
  refuseOtherMethods(app, "/task/:id", "GET");

  addSourceRoutes({ ...deps, ...door, watchBell });
  return app;
}
