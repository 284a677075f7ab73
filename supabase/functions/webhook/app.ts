import type { Hono } from "hono";
import { createBellWatch } from "../_shared/bell_watch.ts";
import type { Deps } from "../_shared/deps.ts";
import { createDoor, refuseOtherMethods } from "../_shared/door.ts";
import { readSecrets, webhookBaseUrl } from "../_shared/env.ts";
import { Refusal, refuseBody } from "../_shared/errors.ts";
import { addTrace } from "../_shared/planning/add_trace.ts";
import { readInstallation } from "../_shared/planning/installation.ts";
import { parseJob } from "../_shared/planning/parse_job.ts";
import { readBodyJson } from "../_shared/read_fields.ts";
import { createTogether } from "../_shared/transitions/create_together.ts";
import { readStats } from "../_shared/transitions/tasks.ts";
import { addSourceRoutes } from "./source_routes.ts";
import { addTaskRoutes } from "./task_routes.ts";

/** Builds the app served at `/webhook`: chat apps post jobs; custom sources, whatever they have. */
export function createWebhook(deps: Deps): Hono {
  const { get, db } = deps;
  const door = createDoor({ name: "webhook", rateLimit: "RATE_LIMIT_WEBHOOK" }, deps);
  const { app, log, logOf, admit, limit } = door;
  const watchBell = createBellWatch({ ...deps, log });
  const create = createTogether(deps);
  const installation = readInstallation(get);
  const ownBase = webhookBaseUrl(get);
  const signsCallbacks = readSecrets(get, "CALLBACK_SIGNING_SECRET").length > 0;

  app.post("/", async (c) => {
    const { body } = await admit(c);
    const { value, text } = readBodyJson(body);
    const keyHeader = c.req.header("idempotency-key") ?? null;
    const parsed = parseJob(value, { text, keyHeader, ...installation });
    if ("issues" in parsed) throw refuseBody(parsed.issues);
    if (parsed.job.callback_url !== null && !signsCallbacks) {
      throw new Refusal(503, "Not configured: callback_url needs CALLBACK_SIGNING_SECRET");
    }

    await limit(c);
    const job = addTrace(parsed.job, c.req.header("traceparent"));
    const created = await create(job);
    const { outcome, project_id, status, task_token } = created;
    logOf(c)("job.received", { outcome, project_id });
    if (outcome === "conflict") {
      throw new Refusal(409, "The idempotency key belongs to another job");
    }
    if (outcome === "created") watchBell();
    const duplicate = outcome === "duplicate";
    const base = ownBase ?? new URL(c.req.url).origin;
    const status_url = `${base}/webhook/task/${project_id}?token=${encodeURIComponent(task_token)}`;
    const {
      storyboard = parsed.job.storyboard ?? "none",
      estimated_cost_usd = null,
      execution_mode = parsed.job.execution_mode,
    } = created;
    const answer = {
      task_id: project_id,
      project_id,
      status,
      status_url,
      duplicate,
      storyboard,
      estimated_cost_usd,
      ...(execution_mode === "test" && { execution_mode }),
    };
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

  addTaskRoutes({ ...deps, ...door, watchBell });
  addSourceRoutes({ ...deps, ...door, watchBell });
  return app;
}
