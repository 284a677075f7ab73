import type { Reply } from "../http_server.ts";
import { type FalRequest, isLive } from "./account.ts";
import type { Behaviour, Call, Rules } from "./behaviour.ts";
import { findEndpoint } from "./endpoints.ts";
import { pauseOrThrow } from "../pause_or_throw.ts";
import { readObject } from "../read_input.ts";
import { validateInput } from "./validate.ts";
import type { WorkQueue } from "./work_queue.ts";

export type QueueDoorDeps = {
  work: WorkQueue;
  rules: Rules;
  keys: string[] | null;
  validate: "at_submit" | "at_run";
  log: (line: string) => void;
  signal: AbortSignal;
};

/** Answers as queue.fal.run does. */
export async function answerQueueCall(request: Request, deps: QueueDoorDeps): Promise<Reply> {
  if (!mayCall(request, deps.keys)) return refuseKey();
  const { pathname } = new URL(request.url);
  const [owner, app, word, requestId, ...rest] = pathname.slice(1).split("/");
  // Submits name the whole endpoint; everything else names owner and app alone.
  if (word !== "requests" || requestId === undefined) {
    if (request.method !== "POST") return answer(405, { detail: "Method Not Allowed" });
    return await submit(request, pathname.slice(1), deps);
  }
  const call = callOf(request.method, rest.join("/"));
  if (call === null) return answer(405, { detail: "Method Not Allowed" });
  const found = deps.work.find(requestId);
  if (!found || appOf(found) !== `${owner}/${app}`) {
    return answer(404, call === "cancel" ? { status: "NOT_FOUND" } : { detail: "Not found" });
  }
  const behaviour = deps.rules.towards(call, found.endpoint, found.input);
  return await obey(behaviour, deps, () => {
    if (call === "status") return showStatus(found, request, deps);
    if (call === "result") return showResult(found);
    const status = deps.work.cancel(requestId);
    return answer(status === "ALREADY_COMPLETED" ? 400 : 202, { status });
  });
}

async function submit(request: Request, endpoint: string, deps: QueueDoorDeps): Promise<Reply> {
  const known = findEndpoint(endpoint);
  if (!known) {
    const name = endpoint.split("/").slice(0, 2).join("/");
    return answer(404, { detail: `Application "${name}" not found` });
  }
  const input = readObject(await request.text());
  if (input === null) {
    const detail = [{ loc: ["body"], msg: "JSON decode error", type: "json_invalid" }];
    return answer(422, { detail });
  }
  const behaviour = deps.rules.towards("submit", endpoint, input);
  const complaints = deps.validate === "at_submit" ? validateInput(known, input) : [];
  return await obey(behaviour, deps, async () => {
    if (complaints.length > 0) return answer(422, { detail: complaints });
    const taken = newRequest(request, endpoint, input);
    deps.log(`submitted ${taken.requestId} ${endpoint}`);
    deps.work.take(taken, behaviour);
    if (behaviour.webhook === "early") await deps.work.ended(taken.requestId);
    taken.answered = behaviour.cut !== "after";
    return answer(200, {
      status: "IN_QUEUE",
      request_id: taken.requestId,
      gateway_request_id: taken.requestId,
      ...urlsOf(taken, request),
      logs: null,
      metrics: {},
      queue_position: deps.work.position(taken),
    });
  });
}

/** Answers a call as `behaviour` has it. */
export async function obey(
  behaviour: Behaviour,
  { signal }: Pick<QueueDoorDeps, "signal">,
  act: () => Response | Promise<Response>,
): Promise<Reply> {
  if (behaviour.cut === "before") return "cut";
  if (behaviour.refuse) {
    const { status, body = { detail: "Refused" }, headers } = behaviour.refuse;
    return Response.json(body, { status, headers });
  }
  const reply = await act();
  if (behaviour.answerAfterMs) await pauseOrThrow(behaviour.answerAfterMs, signal);
  if (behaviour.cut === "midway") return { cutOff: reply };
  return behaviour.cut === "after" ? "cut" : reply;
}

function showStatus(found: FalRequest, request: Request, { work }: QueueDoorDeps): Response {
  const shown = { request_id: found.requestId, ...urlsOf(found, request), logs: null };
  if (found.state === "IN_QUEUE") {
    return answer(202, { ...shown, status: "IN_QUEUE", queue_position: work.position(found) });
  }
  if (found.state === "IN_PROGRESS") return answer(202, { ...shown, status: "IN_PROGRESS" });
  const seconds = ((found.endedAt ?? 0) - (found.startedAt ?? found.submittedAt)) / 1000;
  const done = { ...shown, status: "COMPLETED", metrics: { inference_time: seconds } };
  const { status = 500 } = found.result ?? {};
  if (status < 400) return answer(200, done);
  const error = `Invalid status code: ${status}`;
  return answer(200, { ...done, error, error_type: errorType(found) });
}

function showResult(found: FalRequest): Response {
  const headers: Record<string, string> = { "x-fal-request-id": found.requestId };
  if (isLive(found) || found.result === null) {
    return Response.json({ detail: "Request is still in progress" }, { status: 400, headers });
  }
  const type = errorType(found);
  if (found.result.status >= 400 && type !== undefined) headers["x-fal-error-type"] = type;
  return Response.json(found.result.body, { status: found.result.status, headers });
}

function errorType({ result }: FalRequest): string | undefined {
  const body = result?.body;
  if (typeof body !== "object" || body === null || !("error_type" in body)) return undefined;
  return String(body.error_type);
}

function urlsOf(request: FalRequest, seen: Request): Record<string, string> {
  const base = `${new URL(seen.url).origin}/${appOf(request)}/requests/${request.requestId}`;
  return {
    response_url: `${base}/response`,
    status_url: `${base}/status`,
    cancel_url: `${base}/cancel`,
  };
}

function appOf({ endpoint }: FalRequest): string {
  return endpoint.split("/").slice(0, 2).join("/");
}

function newRequest(
  request: Request,
  endpoint: string,
  input: Record<string, unknown>,
): FalRequest {
  const headers = [...request.headers].filter(([name]) => /^x-(app-)?fal-/.test(name));
  return {
    requestId: crypto.randomUUID(),
    endpoint,
    input,
    headers: Object.fromEntries(headers),
    webhookUrl: new URL(request.url).searchParams.get("fal_webhook"),
    state: "IN_QUEUE",
    answered: false,
    submittedAt: Date.now(),
    startedAt: null,
    endedAt: null,
    result: null,
    billed: false,
    webhooks: [],
  };
}

function callOf(method: string, rest: string): Call | null {
  if (method === "GET" && rest === "status") return "status";
  if (method === "GET" && (rest === "" || rest === "response")) return "result";
  return method === "PUT" && rest === "cancel" ? "cancel" : null;
}

/** Whether the request shows an API key that is let in; `keys` null lets every key in. */
export function mayCall(request: Request, keys: string[] | null): boolean {
  const key = /^Key (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  return key !== undefined && (keys === null || keys.includes(key));
}

export function refuseKey(): Response {
  return answer(401, { detail: "Authentication is required to access this application" });
}

function answer(status: number, body: unknown): Response {
  return Response.json(body, { status });
}
