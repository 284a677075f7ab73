import assert from "node:assert/strict";
import type { Hono } from "hono";
import { z } from "zod";
import type { Deps } from "../../supabase/functions/_shared/deps.ts";
import { handMadeWorld } from "../../supabase/functions/_shared/testing/hand_made_world.ts";
import { createFalWebhook } from "../../supabase/functions/fal-webhook/app.ts";
import { createLastFrameComplete } from "../../supabase/functions/last-frame-complete/app.ts";
import { createPipelineStep } from "../../supabase/functions/pipeline-step/app.ts";
import { createStitchComplete } from "../../supabase/functions/stitch-complete/app.ts";
import { createVideoComplete } from "../../supabase/functions/video-complete/app.ts";
import { createVideos } from "../../supabase/functions/videos/app.ts";
import { createWebhook } from "../../supabase/functions/webhook/app.ts";
import { createWebhookManage } from "../../supabase/functions/webhook-manage/app.ts";

export const SECRETS: Record<string, string> = {
  WEBHOOK_SECRET: "s3cret-of-jobs",
  FAL_WEBHOOK_SECRET: "s3cret-of-fal",
  VIDEO_WEBHOOK_SECRET: "s3cret-of-clips",
  LAST_FRAME_WEBHOOK_SECRET: "s3cret-of-frames",
  STITCH_WEBHOOK_SECRET: "s3cret-of-films",
  OPERATOR_KEY: "op-key",
  WEBHOOK_BASE_URL: "https://films.example/functions/v1",
};

const Schema = z.record(z.string(), z.json());
const Media = z.object({ schema: Schema, example: z.json().optional() });
const Operation = z.looseObject({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional(),
  requestBody: z.object({ required: z.boolean(), content: z.record(z.string(), Media) }).optional(),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$/),
    z.looseObject({
      description: z.string().min(1),
      content: z.record(z.string(), Media).optional(),
    }),
  ),
});
/** As much of OpenAPI 3.1 as the document makes use of. */
const Document = z.looseObject({
  openapi: z.string().regex(/^3\.1\.\d$/),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(
    z.string().startsWith("/"),
    z.partialRecord(z.enum(["get", "post", "put", "patch", "delete"]), Operation),
  ),
  webhooks: z.record(
    z.string(),
    z.object({
      post: Operation.extend({ responses: z.object({ "2XX": z.looseObject({}) }) }),
    }),
  ),
  components: z.object({
    schemas: z.record(z.string(), Schema),
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.enum(["apiKey", "http"]) })),
  }),
});
export type Document = z.infer<typeof Document>;

export const APPS: Record<string, (deps: Deps) => Hono> = {
  "webhook": createWebhook,
  "videos": (deps) => createVideos(deps, { stopping: new AbortController().signal }),
  "fal-webhook": createFalWebhook,
  "video-complete": createVideoComplete,
  "last-frame-complete": createLastFrameComplete,
  "stitch-complete": createStitchComplete,
  "pipeline-step": (deps) => createPipelineStep(deps, { pause: () => Promise.resolve() }),
  "webhook-manage": createWebhookManage,
};

export async function readDocument(): Promise<Document> {
  const { deps } = handMadeWorld({ env: SECRETS });
  const answer = await createWebhookManage(deps).request("/webhook-manage/openapi.json");
  assert.equal(answer.status, 200);
  return Document.parse(await answer.json());
}

/** `GET /webhook/task/{id}` for each route of a door; what refuses other methods is none. */
export function routesOf(name: string): string[] {
  const { deps } = handMadeWorld({ env: SECRETS });
  const routes = APPS[name]?.(deps).routes ?? [];
  return routes.filter(({ method }) => method !== "ALL").map(({ method, path }) =>
    `${method} ${path.replace(/:(\w+)/g, "{$1}").replace(/\/$/, "")}`
  );
}

export function bodySchema(document: Document, door: string): z.ZodType {
  const schema = document.paths[`/${door}`]?.post?.requestBody?.content["application/json"]?.schema;
  assert.ok(schema, door);
  return z.fromJSONSchema(schema);
}
