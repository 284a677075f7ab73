import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { findFunctions } from "../../local/functions/find_functions.ts";
import {
  handMadeWorld,
  NOTHING_CHANGED,
  signedPost,
} from "../../supabase/functions/_shared/hand_made_world.ts";
import { PROJECT_ROOT } from "../../tools/project_root.ts";
import { pathOf } from "../../tools/webhook_request.ts";
import { WEBHOOK_SAMPLES } from "../../tools/webhook_samples.ts";
import { clipMade, filmMade, frameMade, olderJob, wrapped } from "../pipeline/documented_bodies.ts";
import { APPS, bodySchema, readDocument, routesOf, SECRETS } from "./openapi_document.ts";

/** Doors for callbacks, and what opens them. */
const DOORS: Record<string, string> = {
  "fal-webhook": "s3cret-of-fal",
  "video-complete": "s3cret-of-clips",
  "last-frame-complete": "s3cret-of-frames",
  "stitch-complete": "s3cret-of-films",
};

Deno.test("every route that a function serves is in the document, and nothing else is", async () => {
  const { paths } = await readDocument();
  const names = [...(await findFunctions(PROJECT_ROOT)).keys()];
  assert.deepEqual(names.filter((name) => !(name in APPS)), [], "tell this test of the new door");

  const served = new Set(names.flatMap(routesOf));
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)
  );
  assert.ok(served.size > 40);
  assert.deepEqual(described.toSorted(), [...served].toSorted());
});

Deno.test("names, parameters, security and references of the document hold", async () => {
  const document = await readDocument();
  const { schemas, securitySchemes } = document.components;
  const ids: string[] = [];

  for (const [path, operations] of Object.entries(document.paths)) {
    for (const { operationId, parameters = [], security } of Object.values(operations)) {
      ids.push(operationId);
      const inPath = parameters.filter((one) => one.in === "path").map(({ name }) => `{${name}}`);
      assert.deepEqual(inPath, path.match(/\{\w+\}/g) ?? [], path);
      for (const name of security.flatMap((one) => Object.keys(one))) {
        assert.ok(name in securitySchemes, name);
      }
    }
  }
  assert.equal(new Set(ids).size, ids.length, "two operations have one name");
  for (
    const [, name = ""] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)
  ) {
    assert.ok(name in schemas, name);
  }
  assert.deepEqual(document.servers, [{ url: "https://films.example/functions/v1" }]);
});

Deno.test("no value of the environment but the doors' address stands in the document", async () => {
  const text = JSON.stringify(await readDocument());

  for (const [name, value] of Object.entries(SECRETS)) {
    assert.equal(text.includes(value), name === "WEBHOOK_BASE_URL", name);
  }
});

Deno.test("only what asks for no credential is described so", async () => {
  const open: string[] = [];
  for (const [path, operations] of Object.entries((await readDocument()).paths)) {
    for (const [method, { security }] of Object.entries(operations)) {
      if (security.length === 0) open.push(`${method} ${path}`);
    }
  }

  assert.deepEqual(open.toSorted(), [
    "get /fal-webhook",
    "get /last-frame-complete",
    "get /pipeline-step",
    "get /stitch-complete",
    "get /video-complete",
    "get /videos",
    "get /webhook",
    "get /webhook-manage/openapi.json",
    "get /webhook/health",
  ]);
});

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

Deno.test("a part of a query without which a door answers 400 is required by the document", async () => {
  const { paths } = await readDocument();
  const required = Object.entries(paths).flatMap(([path, { get }]) =>
    (get?.parameters ?? []).filter((one) => one.in === "query" && one.required)
      .map(({ name }) => `${path}?${name}`)
  );
  assert.deepEqual(required, ["/webhook-manage/stream?path"]);
});

Deno.test("a stream is no JSON, an answer without a body has none, and every refusal is a problem", async () => {
  const { paths } = await readDocument();
  const stream = paths["/videos/generations/tasks/{id}/events"]?.get?.responses;
  assert.deepEqual(Object.keys(stream?.["200"]?.content ?? {}), ["text/event-stream"]);
  assert.equal(stream?.["204"]?.content, undefined);

  for (const [path, operations] of Object.entries(paths)) {
    for (const { responses } of Object.values(operations)) {
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        const text = JSON.stringify(content);
        assert.match(text, /Problem|"error"/, `${status} of ${path}`);
      }
    }
  }
});

Deno.test("each field of a request that the docs name is in the document", async () => {
  const document = await readDocument();
  const pages = [["jobs.md", "/webhook"], ["videos.md", "/videos/generations/async"]] as const;
  for (const [page, path] of pages) {
    const text = await Deno.readTextFile(join(PROJECT_ROOT, "docs", page));
    const schema = document.paths[path]?.post?.requestBody?.content["application/json"]?.schema;
    const known = JSON.stringify(schema);
    const tables = text.split(/\n\n/).filter((part) =>
      /^\| (field|a scene's|a job's) \|/.test(part)
    );
    assert.ok(tables.length > 0, page);
    const cells = tables.flatMap((table) =>
      table.split("\n").slice(2).map((row) => row.split("|")[1])
    );
    const names = cells.flatMap((cell) => [...(cell ?? "").matchAll(/`([a-z][\w-]*)(?=[`:])/g)])
      .map(([, name]) => name ?? "");
    for (const name of names) {
      assert.ok(known.includes(`"${name}":`), `${page}: ${name}`);
    }
  }
});
