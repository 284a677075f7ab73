import * as z from "zod";
import { isSuccess, NoAnswer, type Reply } from "../call_once.ts";
import { readJson } from "../json.ts";
import { leavesOpen, readRefusal } from "../refusal.ts";
import type { Failure } from "../transitions/results.ts";
import type { StepWork, Submission } from "../transitions/steps.ts";
import { callService, isTaskId } from "./call_service.ts";
import { operationFor, type ServiceDeps } from "./service.ts";

/** What one POST of new work came to. */
export type Posted =
  | { state: "accepted"; submission: Submission }
  /** The service took nothing. */
  | { state: "refused"; error: Failure }
  /** It may have taken the work. `away`: nobody answered. */
  | { state: "open"; message: string; away: boolean };

/** `status` stands in the answer too; the callback, or our asking, tells it again. */
const Accepted = z.looseObject({ task_id: z.string().refine(isTaskId) });

/** Another request with our key is being worked on: one of ours, on a connection that broke. */
const SAME_KEY_AT_WORK = 409;

/**
 * Posts an attempt's work under the attempt's id as `Idempotency-Key`: however often it is posted,
 * the service makes one task of it.
 */
export async function postTask(deps: ServiceDeps, { step, attempt }: StepWork): Promise<Posted> {
  const { service } = deps;
  const operation = operationFor(service, step);
  let body;
  try {
    body = operation.body(attempt.input);
  } catch {
    const message = `Cannot submit ${step} to ${service.name}: its input does not fit`;
    return { state: "refused", error: { message, retryable: false } };
  }
  const webhook = new URL(deps.callbackUrl);
  webhook.searchParams.set("token", attempt.attempt_token);

  try {
    const reply = await callService(deps, {
      method: "POST",
      path: operation.submitPath,
      body: { ...body, webhook_url: webhook.href },
      idempotencyKey: attempt.attempt_id,
      traceparent: attempt.traceparent,
    });
    return isSuccess(reply)
      ? readAccepted(deps, reply)
      : notAccepted(deps, reply, attempt.attempt_token);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (error.sent) {
      const message = `No answer of ${service.name}: ${error.message}`;
      return { state: "open", message, away: true };
    }
    const message = `Cannot reach ${service.name}: ${error.message}`;
    return { state: "refused", error: { message, retryable: true } };
  }
}

function readAccepted({ service }: ServiceDeps, { body }: Reply): Posted {
  const read = Accepted.safeParse(readJson(body));
  if (!read.success) {
    const message = `Cannot read answer of ${service.name}: it names no task`;
    return { state: "open", message, away: false };
  }
  const request_id = read.data.task_id;
  return {
    state: "accepted",
    submission: { request_id, status_url: null, response_url: null, cancel_url: null },
  };
}

function notAccepted({ service, key, now }: ServiceDeps, reply: Reply, token: string): Posted {
  const error = readRefusal(reply, {
    provider: capital(service.name),
    keyVariable: service.keyVariable,
    secrets: [key, token],
    now: now(),
  });
  return leavesOpen(reply.status) || reply.status === SAME_KEY_AT_WORK
    ? { state: "open", message: error.message, away: leavesOpen(reply.status) }
    : { state: "refused", error };
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
