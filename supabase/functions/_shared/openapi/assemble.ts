import * as z from "zod";
import { commonRefusals, Problem, refusal, SECURITY_SCHEMES } from "./common.ts";
import type { Answer, DoorPart, Operation } from "./door_part.ts";
import { bodyOf, POSTED_EVENTS } from "./posted_events.ts";

type Json = Record<string, unknown>;

const PROBLEM = "#/components/schemas/Problem";

/** Puts the doors' parts together as an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1). */
export function assembleDocument(
  parts: readonly DoorPart[],
  { baseUrl, version }: { baseUrl: string; version: string },
): Json {
  return {
    openapi: "3.1.1",
    info: {
      title: "Reelay",
      version,
      summary: "One signed job in, one finished film and one signed callback out.",
      description:
        "Unknown fields are ignored, null is as absent, Content-Type is not looked at. Where " +
        "`webhook-manage` keeps settings, null takes one away; endpoints and ranges of deliveries refuse " +
        "fields that they do not know.",
    },
    servers: [{ url: baseUrl }],
    tags: parts.map(({ door, says }) => ({ name: door, description: says })),
    paths: pathsOf(parts),
    webhooks: Object.fromEntries(POSTED_EVENTS.map((event) => [event.type, {
      post: {
        operationId: nameOf(event.type.replaceAll(".", "/"), "told"),
        summary: event.says,
        description:
          "Posted to a job's `callback_url` or an endpoint's `url`, signed by Standard " +
          "Webhooks; a job that came by `videos` gets that API's bodies at its own URL. Answer " +
          "within some seconds: any 2xx; 410 ends it; else it comes again.",
        security: [{ standard: [] }],
        requestBody: {
          required: true,
          content: { "application/json": { schema: schemaOf(bodyOf(event), "input") } },
        },
        responses: { "2XX": { description: "It was taken" } },
      },
    }])),
    components: {
      schemas: { Problem: schemaOf(Problem, "output") },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

function pathsOf(parts: readonly DoorPart[]): Json {
  const paths: Record<string, Json> = {};
  for (const { door, operations } of parts) {
    for (const operation of operations) {
      const path = `/${door}${operation.path}`;
      paths[path] = { ...paths[path], [operation.method]: operationOf(door, operation) };
    }
  }
  return paths;
}

function operationOf(door: string, operation: Operation): Json {
  const { method, path, summary, description, by, body } = operation;
  return {
    operationId: nameOf(`${method}${path === "" ? "" : `/${door}${path}`}`, door),
    tags: [door],
    summary,
    ...description && { description },
    // Nobody is asked for anything: said, because leaving it out says the same less clearly.
    security: by.map((proof) => ({ [proof]: [] })),
    ...parametersOf(operation),
    ...body && {
      requestBody: {
        required: body.isRequired ?? true,
        content: {
          "application/json": {
            schema: schemaOf(body.schema, "input"),
            ...body.example !== undefined && { example: body.example },
          },
        },
      },
    },
    responses: answersOf(operation),
  };
}

/** `post/webhook-manage/logs/{id}/replay` becomes `postWebhookManageLogsByIdReplay`. */
function nameOf(path: string, door: string): string {
  const words = (path.includes("/") ? path : `${path}/${door}`).replaceAll("{", "by-")
    .split(/[^a-zA-Z0-9]+/).filter((word) => word !== "");
  return words.map((word, i) => i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

function parametersOf({ path, query, headers = {} }: Operation): Json {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inHeaders = Object.entries(headers).map(([name, description]) => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string" },
  }));
  const all = [...inPath, ...query ? queryParameters(query) : [], ...inHeaders];
  return all.length > 0 ? { parameters: all } : {};
}

const Fields = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
  required: z.array(z.string()).default([]),
});

function queryParameters(query: z.ZodType): Json[] {
  const { properties, required } = Fields.parse(schemaOf(query, "input"));
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...description && { description },
    schema,
  }));
}

function answersOf(operation: Operation): Json {
  const own = Object.entries(operation.answers).map(([status, answer]) => [
    status,
    Number(status) < 400 || answer.schema
      ? answerOf(answer)
      : { ...refusal(Number(status), PROBLEM), description: answer.says },
  ]);
  const common = commonRefusals(operation).map((status) => [status, refusal(status, PROBLEM)]);
  return Object.fromEntries([...common, ...own]);
}

function answerOf({ says, schema, also = [], only }: Answer): Json {
  const json = { schema: schema ? schemaOf(schema, "output") : { type: "object" } };
  const texts = (only ?? also).map((type) => [type, { schema: { type: "string" } }]);
  const content = { ...!only && { "application/json": json }, ...Object.fromEntries(texts) };
  return { description: says, ...Object.keys(content).length > 0 && { content } };
}

/** JSON Schema 2020-12, which is what OpenAPI 3.1 speaks. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
