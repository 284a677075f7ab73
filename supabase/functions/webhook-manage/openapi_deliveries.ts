import * as z from "zod";
import type { Operation } from "../_shared/openapi/door_part.ts";
import { Filter, Range, Replay } from "./delivery_routes.ts";
import { Why } from "./desk.ts";
import { Changes, Filter as EndpointFilter, NewEndpoint, Overlap } from "./endpoint_routes.ts";
import { get, OPERATOR, verb } from "./openapi_operation.ts";

const Endpoint = z.looseObject({ endpoint_id: z.string(), url: z.string() });
const Endpoints = z.object({ endpoints: z.array(Endpoint), next: z.string().nullable() });
const Deliveries = z.object({ deliveries: z.array(z.looseObject({ delivery_id: z.string() })) });

export const DELIVERY_OPERATIONS: readonly Operation[] = [
  get(
    "/deliveries",
    "The newest deliveries",
    { 200: { says: "Newest first", schema: Deliveries } },
    Filter,
  ),
  get("/deliveries/{id}", "One delivery, its body and how each try went", {
    200: { says: "Header values and secrets are not in it" },
  }),
  verb("/deliveries/redrive", "Send failed deliveries again", Range),
  verb("/deliveries/replay", "Send many again under their ids: by filter and time, paced", Replay),
  verb("/deliveries/{id}/redrive", "Send one failed delivery again"),
  verb("/deliveries/{id}/replay", "Send one delivery again under its id"),
];

export const ENDPOINT_OPERATIONS: readonly Operation[] = [
  get("/endpoints", "Standing endpoints", {
    200: { says: "The oldest first, without secrets; next is what after takes", schema: Endpoints },
  }, EndpointFilter),
  {
    method: "post",
    path: "/endpoints",
    summary: "Add an endpoint",
    by: OPERATOR,
    headers: { "Idempotency-Key": "With the same once more, it is the same endpoint" },
    body: { schema: NewEndpoint },
    answers: {
      200: { says: "The key was there already: its endpoint, with its secret", schema: Endpoint },
      201: {
        says: "With its secret, which only its idempotency key tells again",
        schema: Endpoint,
      },
      409: { says: "The idempotency key belongs to another endpoint, or that was changed since" },
    },
  },
  get("/endpoints/{id}", "One endpoint", {
    200: { says: "Without its secret", schema: Endpoint },
  }),
  verb("/endpoints/{id}", "Change an endpoint", Changes),
  {
    method: "delete",
    path: "/endpoints/{id}",
    summary: "Delete an endpoint",
    by: OPERATOR,
    answers: { 200: { says: "Deleted; its open deliveries are not sent" } },
  },
  verb("/endpoints/{id}/rotate", "A new secret, the old one valid for a while", Overlap),
  verb("/endpoints/{id}/enable", "Send to it again", Why),
  verb("/endpoints/{id}/disable", "Send nothing to it; events are kept", Why),
  {
    method: "post",
    path: "/endpoints/{id}/test",
    summary: "Send it a test event",
    by: OPERATOR,
    answers: { 202: { says: "Queued like any delivery" } },
  },
];
