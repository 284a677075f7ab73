import type { Reply } from "../http_server.ts";
import { type FalRequest, isLive } from "./account.ts";
import type { Rules } from "./behaviour.ts";
import { mayCall, refuseKey } from "./queue_door.ts";

export type PlatformDoorDeps = {
  requests: readonly FalRequest[];
  rules: Rules;
  keys: string[] | null;
  listsUnfinished: boolean;
};

const DAY_MS = 86_400_000;

/** Answers `GET /v1/models/requests/by-endpoint` as api.fal.ai documents it. */
export function answerPlatformCall(request: Request, deps: PlatformDoorDeps): Reply {
  if (!mayCall(request, deps.keys)) return refuseKey();
  const { pathname, searchParams } = new URL(request.url);
  if (request.method !== "GET" || pathname !== "/v1/models/requests/by-endpoint") {
    return refuse(404, "not_found", "The requested resource was not found");
  }
  const endpoints = searchParams.getAll("endpoint_id").flatMap((ids) => ids.split(","));
  if (endpoints.length === 0) return refuse(400, "validation_error", "endpoint_id is required");
  const behaviour = deps.rules.towards("list", endpoints[0] ?? "", {});
  if (behaviour.cut) return "cut";
  if (behaviour.refuse) {
    const { status, body = {}, headers } = behaviour.refuse;
    return Response.json(body, { status, headers });
  }
  const start = Date.parse(searchParams.get("start") ?? "") || Date.now() - DAY_MS;
  const end = Date.parse(searchParams.get("end") ?? "") || Infinity;
  const limit = Math.min(Number(searchParams.get("limit")) || 50, 100);
  const from = Number(searchParams.get("cursor")) || 0;
  const requestId = searchParams.get("request_id");
  const found = deps.requests.filter((one) =>
    endpoints.includes(one.endpoint) && one.submittedAt >= start && one.submittedAt < end &&
    (requestId === null || one.requestId === requestId) && (deps.listsUnfinished || !isLive(one))
  ).toSorted((a, b) => (b.endedAt ?? Infinity) - (a.endedAt ?? Infinity) || 0);
  const withPayloads = searchParams.getAll("expand").join(",").split(",").includes("payloads");
  const more = found.length > from + limit;
  return Response.json({
    items: found.slice(from, from + limit).map((one) => item(one, withPayloads)),
    next_cursor: more ? String(from + limit) : null,
    has_more: more,
  });
}

function item(one: FalRequest, withPayloads: boolean): Record<string, unknown> {
  const started = one.startedAt ?? one.submittedAt;
  const ended = one.endedAt === null ? {} : {
    ended_at: new Date(one.endedAt).toISOString(),
    status_code: one.result?.status,
    duration: (one.endedAt - started) / 1000,
  };
  const payloads = { json_input: one.input, json_output: one.result?.body };
  return {
    request_id: one.requestId,
    endpoint_id: one.endpoint,
    started_at: new Date(started).toISOString(),
    sent_at: new Date(one.submittedAt).toISOString(),
    ...ended,
    ...(withPayloads ? payloads : {}),
  };
}

function refuse(status: number, type: string, message: string): Response {
  return Response.json({ error: { type, message } }, { status });
}
