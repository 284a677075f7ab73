import assert from "node:assert/strict";
import { z } from "zod";
import {
  handMadeWorld,
  NOTHING_CHANGED,
  signedPost,
} from "../../supabase/functions/_shared/testing/hand_made_world.ts";
import { pathOf } from "../../tools/webhook_request.ts";
import { WEBHOOK_SAMPLES } from "../../tools/webhook_samples.ts";
import { clipMade, filmMade, frameMade, olderJob, wrapped } from "../pipeline/documented_bodies.ts";
import { APPS, bodySchema, readDocument, SECRETS } from "./openapi_document.ts";

/** Doors for callbacks, and what opens them. */
const DOORS: Record<string, string> = {
  "fal-webhook": "s3cret-of-fal",
  "video-complete": "s3cret-of-clips",
  "last-frame-complete": "s3cret-of-frames",
  "stitch-complete": "s3cret-of-films",
};

Deno.test("every documented body is valid by the document, and what a door refuses is not", async () => {
  const document = await readDocument();
  const others: [string, unknown][] = [
    ["video-complete", clipMade("scene_1", "proj_1")],
    ["last-frame-complete", frameMade("scene_1", "proj_1")],
    ["last-frame-complete", olderJob("proj_1", "video-stitch")],
    ["stitch-complete", filmMade("proj_1")],
    ["fal-webhook", wrapped("r1", { type: "image" })],
  ];
  const samples = Object.entries(WEBHOOK_SAMPLES).flatMap(([door, bodies]) =>
    Object.values(bodies).map((body): [string, unknown] => [pathOf(door), body])
  );

  for (const [door, body] of [...samples, ...others]) {
    const read = bodySchema(document, door).safeParse(body);
    assert.ok(read.success, `${door}: ${JSON.stringify(body)}`);
  }
  for (const door of ["webhook", ...Object.keys(DOORS)]) {
    for (const wrong of [{}, [], 7, { task_id: 7, status: "completed" }, { request_id: "r" }]) {
      assert.equal(bodySchema(document, door).safeParse(wrong).success, false, door);
    }
  }
});

Deno.test("what doors answer is valid by the document", async () => {
  const document = await readDocument();
  for (const [door, secret] of Object.entries(DOORS)) {
    const { deps } = handMadeWorld({
      env: SECRETS,
      sql: { receive_callback: NOTHING_CHANGED, is_bell_deaf: false },
    });
    const app = APPS[door]?.(deps);
    const responses = document.paths[`/${door}`]?.post?.responses;
    const [sample] = Object.values(WEBHOOK_SAMPLES[door] ?? {});
    const sent: [number, RequestInit][] = [
      [200, signedPost(JSON.stringify(sample), secret)],
      [400, signedPost("{}", secret)],
      [405, { method: "PUT" }],
    ];

    for (const [status, init] of sent) {
      const answer = await app?.request(`/${door}`, init);
      assert.equal(answer?.status, status);
      const schema = responses?.[`${status}`]?.content?.["application/json"]?.schema;
      const resolved = schema?.$ref ? document.components.schemas.Problem : schema;
      assert.ok(resolved);
      z.fromJSONSchema(resolved).parse(await answer?.json());
    }
  }
});

Deno.test("what a new film, a new video and an installation in trouble are answered with is valid by the document", async () => {
  const document = await readDocument();
  const created = {
    outcome: "created",
    project_id: "proj_1",
    status: "queued",
    task_token: "t",
  };
  const video = {
    ...{ task_id: "proj_1", status: "pending", progress_percentage: 0 },
    ...{ video_url: null, error: null },
  };
  const { deps } = handMadeWorld({
    env: SECRETS,
    sql: {
      create_projects: [created],
      create_project: created,
      read_video_task: video,
      read_model_aliases: {},
      is_bell_deaf: false,
      read_health: { is_healthy: false, is_paused: false, checks: { cron: { ok: false } } },
    },
  });
  const job = { video_id: "v1", user_id: "u1", prompt: "Rain", executionMode: "test" };
  const post = (body: unknown) => signedPost(JSON.stringify(body), "s3cret-of-jobs");
  const sent: [string, string, number, RequestInit][] = [
    ["webhook", "", 202, post(job)],
    ["videos", "/generations/async", 202, post({ model: "kling", prompt: "Rain" })],
    ["webhook-manage", "/health", 503, { headers: { apikey: "op-key" } }],
  ];

  for (const [door, path, status, init] of sent) {
    const answer = await APPS[door]?.(deps).request(`/${door}${path}`, init);
    assert.equal(answer?.status, status, door);
    const { post, get } = document.paths[`/${door}${path}`] ?? {};
    const { responses } = (init.method === "POST" ? post : get) ?? {};
    const schema = responses?.[status]?.content?.["application/json"]?.schema;
    assert.ok(schema);
    z.fromJSONSchema(schema).parse(await answer?.json());
  }
});

Deno.test("a job that costs more than it may is 402, and the document says so", async () => {
  const { paths } = await readDocument();
  const { deps } = handMadeWorld({
    env: SECRETS,
    sql: {
      create_project: {
        outcome: "over_budget",
        estimated_cost_usd: 2,
        max_cost_usd: 1,
        unpriced: [],
      },
      read_model_aliases: {},
    },
  });
  const job = { video_id: "v1", user_id: "u1", model: "kling", prompt: "Rain", max_cost_usd: 1 };

  for (const [door, path] of [["webhook", ""], ["videos", "/generations/async"]] as const) {
    const sent = signedPost(JSON.stringify(job), "s3cret-of-jobs");
    const answer = await APPS[door]?.(deps).request(`/${door}${path}`, sent);
    assert.equal(answer?.status, 402, door);
    assert.ok(paths[`/${door}${path}`]?.post?.responses["402"], door);
  }
});
