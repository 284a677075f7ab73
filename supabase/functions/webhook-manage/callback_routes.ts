import { Buffer } from "node:buffer";
import * as z from "zod";
import { isAway } from "../_shared/database.ts";
import { refuseOtherMethods } from "../_shared/door.ts";
import { notFound } from "../_shared/errors.ts";
import { listCallbacks, readCallback, replayCallback } from "../_shared/management/callbacks.ts";
import { readFields, readId, readQuery } from "../_shared/read_fields.ts";
import { aboutField, asVerb, type Desk, Source, Time } from "./desk.ts";
import { replayRange } from "./replay_range.ts";

export const Filter = z.object({
  source: Source.nullish(),
  status: z.enum(["success", "error", "pending"], "Expected success, error or pending").nullish(),
});

export const One = z.object({ webhookLogId: z.string().min(1).max(255) });

export const Range = z.object({
  source: Source.nullish(),
  status: z.enum(["error", "pending"], "Expected error or pending").nullish(),
  from: Time.nullish(),
  to: Time.nullish(),
  /** The id at which an earlier range ended. */
  after: z.string().max(255).nullish(),
  limit: z.int().min(1).max(1000).nullish(),
  dry_run: z.boolean().nullish(),
});

/** The log of callbacks, and their replay. */
export function addCallbackRoutes(desk: Desk): void {
  const { app, admit, db, log, watchBell } = desk;

  app.get("/", async (c) => {
    await admit(c);
    const { source = null, status = null } = readQuery(c, Filter);
    return c.json({ docs: await aboutField("source", listCallbacks(db, { source, status })) });
  });

  app.post("/", async (c) => {
    const { webhookLogId } = readFields((await admit(c)).body, One);
    const failed = { error: "Retry failed" };
    try {
      const { was, status, outcome } = await replayCallback(db, webhookLogId);
      log("callback.replayed", { webhook_log_id: webhookLogId, was, outcome });
      watchBell();
      if (was === "success" || status === "error") return c.json({ ...failed, outcome }, 500);
      return c.json({ success: true, outcome });
    } catch (error) {
      if (isAway(error)) throw error;
      log("callback.not_replayed", { webhook_log_id: webhookLogId, error });
      return c.json(failed, 500);
    }
  });
  refuseOtherMethods(app, "/", "GET, POST");

  app.get("/logs/:id", async (c) => {
    await admit(c);
    const callback = await readCallback(db, readId(c, "id"));
    if (callback === null) throw notFound();
    return c.json({ ...callback, raw_text: asText(callback.raw_body) });
  });
  refuseOtherMethods(app, "/logs/:id", "GET");

  app.post("/logs/:id/replay", async (c) => {
    await admit(c);
    const replayed = await asVerb(replayCallback(db, readId(c, "id")));
    watchBell();
    return c.json(replayed);
  });
  refuseOtherMethods(app, "/logs/:id/replay", "POST");

  app.post("/replay", async (c) => {
    const fields = readFields((await admit(c)).body, Range);
    const { source = null, status, from = null, to = null, after = null, limit, dry_run } = fields;
    const filter = { source, status: status ?? "error", from, to };
    const bounds = { after, limit: dry_run ? 0 : limit ?? 100 };
    const replayed = await aboutField("source", replayRange(filter, bounds, desk));
    log("callbacks.replayed", replayed);
    if (replayed.replayed > 0) watchBell();
    return c.json(replayed);
  });
  refuseOtherMethods(app, "/replay", "POST");
}

/** Null where the bytes are not UTF-8. */
function asText(base64: string): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(base64, "base64"));
  } catch {
    return null;
  }
}
