import type { Hono } from "hono";
import { createBellWatch } from "./bell_watch.ts";
import type { Deps } from "./deps.ts";
import { type Admitted, createDoor, type DoorOptions, refuseOtherMethods } from "./door.ts";
import { type Issue, refuseBody, sayIssues } from "./errors.ts";
import { parseJson } from "./json.ts";
import { recordRequest } from "./record_request.ts";
import { findUnstorable, isPlainJson, toStorable } from "./storable.ts";
import {
  type CallbackResult,
  receiveCallback,
  type ReceivedCallback,
} from "./transitions/callbacks.ts";
import { receiveTogether } from "./transitions/receive_together.ts";

/** A callback's body in our words, or what is wrong with it. */
export type ReadCallback =
  | {
    /** `generation.completed`, `task.failed`, ... */
    type: string;
    /** The sender's own word, echoed in the answer. */
    status: string;
    /** Who it is from, where that is not the door's usual sender. */
    source?: string;
    /** What this shape of body expects in the answer besides. */
    alsoAnswer?: Record<string, unknown>;
    result: CallbackResult;
  }
  | { issues: Issue[] };

export type CallbackDoorOptions = DoorOptions & {
  /** `source` of the row in webhook_logs. */
  source: string;
  read(body: unknown, by: Pick<Admitted, "forAnybody">): ReadCallback;
  answer(received: ReceivedCallback, status: string): Record<string, unknown>;
};

/** A door for callbacks: admits, reads, hands over to Postgres in one call, and answers. */
export function createCallbackDoor(options: CallbackDoorOptions, deps: Deps): Hono {
  const { app, admit, limit, log, logOf } = createDoor(options, deps);
  const watchBell = createBellWatch({ ...deps, log });
  const receive = receiveTogether(deps);

  app.post("/", async (c) => {
    const admitted = await admit(c);
    const json = parseJson(admitted.body);
    const isPlain = json.ok && isPlainJson(json.text);
    const read = json.ok
      ? options.read(isPlain ? json.value : toStorable(json.value), admitted)
      : { issues: [{ path: "", message: json.message }] };
    const isStorable = json.ok && (isPlain || findUnstorable(json.value) === null);
    const data = isStorable ? json.value : null;
    const source = "source" in read ? read.source : undefined;
    const recorded = recordRequest(c, { ...admitted, source: source ?? options.source, data });

    if ("issues" in read) {
      const malformed = sayIssues(read.issues);
      await receiveCallback(deps.db, { ...recorded, type: "malformed", malformed, result: null })
        // The sender is told what is wrong with its body also where we cannot write it down.
        .catch((error) => logOf(c)("callback.not_recorded", { malformed, error }));
      throw refuseBody(read.issues);
    }

    await limit(c);
    const { type, status, result } = read;
    const received = await receive({ ...recorded, type, malformed: null, result });
    const { outcome, webhook_log_id } = received;
    const { request_id, project_id, scene_id } = result;
    const about = { request_id, project_id, scene_id };
    logOf(c)("callback.received", { type, status, outcome, webhook_log_id, ...about });

    if (outcome === "malformed") throw refuseBody([{ path: "", message: "Not understood" }]);
    if (outcome === "error") return c.json({ error: "Webhook processing failed" }, 500);
    if (outcome === "applied") watchBell();
    return c.json({ ...read.alsoAnswer, ...options.answer(received, status) });
  });
  refuseOtherMethods(app, "/", "GET, POST");

  return app;
}
