import { callOnce, type Reply } from "../call_once.ts";
import type { ServiceDeps } from "./service.ts";

/** A task's id as a path segment. Dots alone would climb out of the path that the key is for. */
const TASK_ID = /^(?!\.{1,2}$).{1,255}$/;

export type ServiceCall =
  | {
    method: "POST";
    path: string;
    body: Record<string, unknown>;
    idempotencyKey: string;
    traceparent?: string | null;
  }
  | { method: "GET" | "DELETE"; taskId: string };

/**
 * Calls a service, once, with its key. The address is the configured one with a path of ours: no
 * answer of the service can send the key elsewhere.
 *
 * @throws {NoAnswer}
 */
export function callService(deps: ServiceDeps, call: ServiceCall): Promise<Reply> {
  const { service, url, key } = deps;
  const headers = { authorization: `Bearer ${key}`, accept: "application/json" };
  if (call.method !== "POST") {
    const address = `${url}${service.tasksPath}/${encodeURIComponent(call.taskId)}`;
    return callOnce(deps, address, { method: call.method, headers });
  }

  return callOnce(deps, url + call.path, {
    method: "POST",
    headers: {
      ...headers,
      "content-type": "application/json",
      "idempotency-key": call.idempotencyKey,
      ...(call.traceparent && { traceparent: call.traceparent }),
    },
    body: JSON.stringify(call.body),
  });
}

/** False for what cannot be asked about, because it would name another path. */
export function isTaskId(taskId: string): boolean {
  return TASK_ID.test(taskId);
}
