import type { Hono } from "hono";
import { createBellWatch } from "../_shared/bell_watch.ts";
import { DatabaseError } from "../_shared/database.ts";
import type { Deps } from "../_shared/deps.ts";
import { createDoor, refuseOtherMethods } from "../_shared/door.ts";
import { readSecrets, webhookBaseUrl } from "../_shared/env.ts";
import { notFound, Refusal, refuseBody } from "../_shared/errors.ts";
import { forMethod } from "../_shared/event_stream.ts";
import { addTrace } from "../_shared/planning/add_trace.ts";
import { readInstallation } from "../_shared/planning/installation.ts";
import { readBodyJson, readId } from "../_shared/read_fields.ts";
import { readFor } from "../_shared/read_for.ts";
import { createProject } from "../_shared/transitions/projects.ts";
import { cancelVideoTask, readVideoTask } from "../_shared/transitions/videos.ts";
import { createEventStreams } from "./event_streams.ts";
import { createModelAliases } from "./model_aliases.ts";
import { parseVideo } from "./parse_video.ts";

export type VideosOptions = {
  /** Aborted when the isolate is told to go: streams end, and their readers come again. */
  stopping: AbortSignal;
};

/** Builds the app served at `/videos`: the asynchronous video API that clients of others know. */
export function createVideos(deps: Deps, { stopping }: VideosOptions): Hono {
  const { get, db } = deps;
  const door = createDoor({ name: "videos", rateLimit: "RATE_LIMIT_WEBHOOK" }, deps);
  const { app, log, logOf, admit, limit } = door;
  const watchBell = createBellWatch({ ...deps, log });
  const aliases = createModelAliases(deps);
  const streams = createEventStreams({ ...deps, log }, { stopping });
  const installation = readInstallation(get);
  const signsCallbacks = readSecrets(get, "CALLBACK_SIGNING_SECRET").length > 0;

  refuseOtherMethods(app, "/", "GET");

  app.post("/generations/async", async (c) => {
    const { body } = await admit(c);
    const { value, text } = readBodyJson(body);
    const keyHeader = c.req.header("idempotency-key") ?? null;
    const options = { text, keyHeader, ...installation, aliases: await aliases() };
    const parsed = parseVideo(value, options);
    if ("issues" in parsed) throw refuseBody(parsed.issues);
    if (parsed.job.callback_url !== null && !signsCallbacks) {
      throw new Refusal(503, "Not configured: webhook_url needs CALLBACK_SIGNING_SECRET");
    }

    await limit(c);
    const job = addTrace(parsed.job, c.req.header("traceparent"));
    const { outcome, project_id, task_token } = await createProject(db, job);
    logOf(c)("job.received", { outcome, project_id });
    if (outcome === "conflict") {
      throw new Refusal(409, "The idempotency key belongs to another job");
    }
    if (outcome === "created") watchBell();
    const task = await readVideoTask(db, project_id, { token: null, trusted: true });
    if (task === null) throw notFound();
    const base = webhookBaseUrl(get) ?? new URL(c.req.url).origin;
    const at = `${base}/videos/generations/tasks/${project_id}`;
    const query = `?token=${encodeURIComponent(task_token)}`;
    const links = { status_url: `${at}${query}`, events_url: `${at}/events${query}` };
    const duplicate = outcome === "duplicate";
    return c.json({ ...task, ...links, duplicate }, duplicate ? 200 : 202);
  });
  refuseOtherMethods(app, "/generations/async", "POST");

  app.get("/generations/tasks/:id", async (c) => {
    return c.json(await readFor(c, door, (id, by) => readVideoTask(db, id, by)));
  });

  app.delete("/generations/tasks/:id", async (c) => {
    await admit(c);
    const id = readId(c, "id");
    const task = await cancelVideoTask(db, id).catch((error) => {
      const code = error instanceof DatabaseError ? error.code : null;
      if (code === "RL404") throw notFound();
      if (code === "RL409") throw new Refusal(409, "The task has ended already");
      throw error;
    });
    logOf(c)("job.cancelled", { project_id: id });
    watchBell();
    return c.json(task);
  });
  refuseOtherMethods(app, "/generations/tasks/:id", "GET, DELETE");

  app.get("/generations/tasks/:id/events", async (c) => {
    const lastEventId = c.req.header("last-event-id") ?? null;
    const stream = await readFor(
      c,
      door,
      (id, by) => streams.open(id, by, lastEventId, () => limit(c)),
    );
    return await forMethod(c.req.method, stream);
  });
  refuseOtherMethods(app, "/generations/tasks/:id/events", "GET");

  return app;
}
