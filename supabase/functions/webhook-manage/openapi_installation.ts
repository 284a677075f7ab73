import * as z from "zod";
import type { Operation } from "../_shared/openapi/door_part.ts";
import { Health } from "../_shared/management/figures.ts";
import { SourceView } from "../_shared/management/sources.ts";
import { DoorFigures } from "./door_figures.ts";
import { Fields as Fallback } from "./fallback_routes.ts";
import { Window } from "./metric_routes.ts";
import { Docs, get, OPERATOR } from "./openapi_operation.ts";
import { Changes as ProviderChanges } from "./provider_routes.ts";
import { Changes as SourceChanges } from "./source_routes.ts";
import { Deletion } from "./user_routes.ts";
import { ErrorFilter } from "./watch_routes.ts";

const Provider = z.looseObject({ name: z.string() });
const Source = SourceView.extend({ is_configured: z.boolean() });
const State = Health.omit({ is_healthy: true }).extend({ status: z.string() });
/** Where nobody could look, there is no more than the error. */
const NotWell = State.partial().extend({ error: z.string() });

function ok(schema: z.ZodType, also: readonly string[] = []): Operation["answers"] {
  return { 200: { says: "So it is", schema, also } };
}

export const INSTALLATION_OPERATIONS: readonly Operation[] = [
  {
    ...get("/openapi.json", "This document", ok(z.looseObject({ openapi: z.string() }))),
    by: [],
  },
  get("/errors", "The newest errors", ok(Docs), ErrorFilter),
  get("/errors/stats", "How many errors of which kind", ok(z.looseObject({}))),
  get(
    "/metrics",
    "Figures of doors, deliveries, steps and providers",
    ok(z.looseObject({ doors: z.record(z.string(), DoorFigures) }), ["text/plain"]),
    Window,
  ),
  get("/health", "Whether all is well", {
    ...ok(State),
    503: { says: "Something is not; `error` says what", schema: NotWell },
  }),
  get(
    "/providers",
    "Limits and switches of providers",
    ok(z.object({ providers: z.array(Provider) })),
  ),
  get("/providers/{name}", "One provider", ok(Provider)),
  {
    method: "post",
    path: "/providers/{name}",
    summary: "Change limits, pause, or let go of a provider that is held",
    by: OPERATOR,
    body: { schema: ProviderChanges, example: { max_in_flight: 10 } },
    answers: ok(Provider),
  },
  {
    method: "post",
    path: "/pause-all",
    summary: "Begin nothing new",
    by: OPERATOR,
    answers: ok(Provider),
  },
  {
    method: "post",
    path: "/resume-all",
    summary: "Go on",
    by: OPERATOR,
    answers: ok(Provider),
  },
  get("/sources", "Custom sources", ok(z.object({ sources: z.array(Source) }))),
  get("/sources/{name}", "One custom source", ok(Source)),
  {
    method: "post",
    path: "/sources/{name}",
    summary: "Add a custom source, or change it",
    by: OPERATOR,
    body: {
      schema: SourceChanges,
      example: { scheme: "hmac", secret_in: "vault", secret_name: "crm" },
    },
    answers: ok(Source),
  },
  {
    method: "delete",
    path: "/sources/{name}",
    summary: "Remove a custom source",
    by: OPERATOR,
    answers: ok(z.object({ name: z.string(), removed: z.boolean() })),
  },
  get("/fallbacks", "Which model makes a clip where the first one does not", ok(Docs)),
  {
    method: "post",
    path: "/fallbacks",
    summary: "Give a model a fallback, or take it away",
    by: OPERATOR,
    body: { schema: Fallback },
    answers: ok(z.looseObject({})),
  },
  {
    method: "post",
    path: "/users/{id}/delete",
    summary: "Delete all that is known of a user, or say what would go",
    by: OPERATOR,
    body: { schema: Deletion, example: { dry_run: true } },
    answers: ok(z.looseObject({})),
  },
];
