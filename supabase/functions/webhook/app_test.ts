import assert from "node:assert/strict";
import * as z from "zod";
import { DatabaseError } from "../_shared/database.ts";
import { handMadeWorld, signedPost } from "../_shared/testing/hand_made_world.ts";
import { createWebhook } from "./app.ts";

const SECRET = "s3cret";
const ENV = {
  WEBHOOK_SECRET: SECRET,
  WEBHOOK_BASE_URL: "https://x.example/functions/v1",
  CALLBACK_SIGNING_SECRET: "whsec_c2lnbmluZw==",
};
const JOB = { video_id: "vid_1", user_id: "user_1", prompt: "A pair of red shoes" };
const Created = z.object({
  p_job: z.looseObject({
    storyboard: z.string(),
    providers: z.record(z.string(), z.string()),
    scenes: z.array(z.looseObject({ prompt: z.string() })),
  }),
  p_needs: z.array(z.string()),
});
const CreatedAnswer = z.looseObject({ outcome: z.literal("created") });
const CREATED = {
  outcome: "created",
  project_id: "proj_1",
  status: "queued",
  task_token: "tok+1",
};

/** @param answer of the database to each job; of several it takes those that are new */
function aDoor(answer: unknown = CREATED, env: Record<string, string> = ENV) {
  const isNew = CreatedAnswer.safeParse(answer).success;
  const create_projects = answer instanceof Error ? answer : [isNew ? answer : null];
  const sql = { create_projects, create_project: answer, is_bell_deaf: false };
  const world = handMadeWorld({ env, sql });
  const app = createWebhook(world.deps);

  async function post(job: unknown, headers: Record<string, string> = {}) {
    const body = typeof job === "string" ? job : JSON.stringify(job);
    const answer = await app.request("/webhook", signedPost(body, SECRET, headers));
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  }
  return { ...world, app, post };
}

Deno.test("a new job is 202 with its ids and where to ask for it", async () => {
  const { post, calls } = aDoor();

  const { status, body } = await post(JOB);

  assert.equal(status, 202);
  assert.deepEqual(body, {
    task_id: "proj_1",
    project_id: "proj_1",
    status: "queued",
    status_url: "https://x.example/functions/v1/webhook/task/proj_1?token=tok%2B1",
    duplicate: false,
    storyboard: "splitter",
    estimated_cost_usd: null,
  });
  assert.equal(calls[0]?.name, "create_projects");
});

Deno.test("who writes the scenes, and what the film may cost, are in the answer", async () => {
  const sql = { ...CREATED, storyboard: "model", estimated_cost_usd: 1.45 };
  const { post, calls } = aDoor(sql, { ...ENV, OPENAI_API_KEY: "key" });

  const { body } = await post({ ...JOB, prompt: "One.\n\nTwo.", executionMode: "test" });

  assert.deepEqual(
    [body.storyboard, body.estimated_cost_usd, body.execution_mode],
    ["model", 1.45, "test"],
  );
  const { p_job, p_needs } = Created.parse(calls[0]?.args);
  assert.equal(p_job.storyboard, "model");
  assert.deepEqual(p_job.scenes.map(({ prompt }) => prompt), ["One.", "Two."]);
  assert.equal(p_job.providers.storyboard, "openai");
  assert.deepEqual(p_needs, ["test"], "a database of before would make a film that is paid for");
});

Deno.test("a job that was sent before in another mode is told its film's mode", async () => {
  const repeated = { ...CREATED, outcome: "duplicate" };
  const paid = await aDoor({ ...repeated, execution_mode: null })
    .post({ ...JOB, executionMode: "test" });
  const tried = await aDoor({ ...repeated, execution_mode: "test" }).post(JOB);

  assert.deepEqual([paid.status, "execution_mode" in paid.body], [200, false]);
  assert.deepEqual([tried.status, tried.body.execution_mode], [200, "test"]);
});

Deno.test("a job above its own max_cost_usd is 402 and names the estimate", async () => {
  const refused = {
    outcome: "over_budget",
    estimated_cost_usd: 1.45,
    max_cost_usd: 1,
    unpriced: [],
  };
  const { status, body } = await aDoor(refused).post({ ...JOB, max_cost_usd: 1 });

  assert.equal(status, 402);
  assert.deepEqual(body, {
    error: "The film is estimated at 1.45 US dollars, above max_cost_usd",
    estimated_cost_usd: 1.45,
    max_cost_usd: 1,
  });
  const unknown = { ...refused, estimated_cost_usd: null, unpriced: ["fal-ai/veo3"] };
  const answer = await aDoor(unknown).post({ ...JOB, max_cost_usd: 1 });
  assert.match(answer.body.error, /no price is known for fal-ai\/veo3/);
});

Deno.test("the same job again is 200 with the first ids and today's status", async () => {
  const { post, calls, settled } = aDoor({ ...CREATED, outcome: "duplicate", status: "stitching" });

  const { status, body } = await post(JOB);
  await settled();

  assert.equal(status, 200);
  assert.equal(body.duplicate, true);
  assert.equal(body.status, "stitching");
  assert.equal(body.task_id, "proj_1");
  assert.deepEqual(calls.map(({ name }) => name), ["create_projects", "create_project"]);
});

Deno.test("the same key with another job is 409 and gives nothing away", async () => {
  const { status, body } = await aDoor({ ...CREATED, outcome: "conflict" }).post(JOB);

  assert.equal(status, 409);
  assert.deepEqual(body, { error: "The idempotency key belongs to another job" });
});

Deno.test("a created job lets the door watch the bell", async () => {
  const { post, calls, settled } = aDoor();

  await post(JOB);
  await settled();

  assert.deepEqual(calls.map(({ name }) => name), ["create_projects", "is_bell_deaf"]);
});

Deno.test("the Idempotency-Key header reaches the database", async () => {
  const { post, calls } = aDoor();

  await post(JOB, { "Idempotency-Key": "key_1" });

  const { p_jobs } = JSON.parse(JSON.stringify(calls[0]?.args));
  assert.equal(p_jobs[0].idempotency_key, "key_1");
});

Deno.test("a callback_url is refused with 503 where callbacks cannot be signed", async () => {
  const { CALLBACK_SIGNING_SECRET: _unset, ...env } = ENV;
  const { post, calls } = aDoor(CREATED, env);

  const { status, body } = await post({ ...JOB, callback_url: "https://chat.example.com/done" });

  assert.equal(status, 503);
  assert.match(body.error, /CALLBACK_SIGNING_SECRET/);
  assert.deepEqual(calls, []);
  assert.equal((await post(JOB)).status, 202);
});

Deno.test("private callback targets are taken only with ALLOW_PRIVATE_TARGETS", async () => {
  const job = { ...JOB, callback_url: "http://127.0.0.1:4000/done" };

  assert.equal((await aDoor().post(job)).status, 400);
  assert.equal(
    (await aDoor(CREATED, { ...ENV, ALLOW_PRIVATE_TARGETS: "1" }).post(job)).status,
    202,
  );
});

Deno.test("bad bodies are 400 with an issue each and reach no database", async () => {
  const bodies: [string, string][] = [
    ["", ""],
    ["prompt=x", ""],
    [JSON.stringify(JOB).slice(0, -1), ""],
    ["[".repeat(100_000), ""],
    ["[".repeat(65) + "]".repeat(65), ""],
    ["null", ""],
    ["{}", "video_id"],
    [JSON.stringify({ ...JOB, user_id: 7 }), "user_id"],
    [JSON.stringify({ ...JOB, model: "nobody/knows" }), "model"],
    [JSON.stringify({ ...JOB, scenes: [] }), "scenes"],
    [JSON.stringify({ ...JOB, scenes: Array(101).fill({ prompt: "x" }) }), "scenes"],
    [JSON.stringify({ ...JOB, callback_url: "nowhere" }), "callback_url"],
    [JSON.stringify({ ...JOB, prompt: "a\0b" }), "prompt"],
    [JSON.stringify(JOB).replace("red", "\\ud800"), "prompt"],
    [JSON.stringify(JOB).replace("{", '{"prompt":"\\u0000",'), ""],
    [JSON.stringify(JOB).replace("{", '{"chat":1e-99999,'), ""],
  ];

  for (const [sent, path] of bodies) {
    const { post, calls } = aDoor();
    const { status, body } = await post(sent);
    assert.equal(status, 400, sent.slice(0, 80));
    assert.equal(body.error, "Invalid request");
    assert.ok(
      body.issues.some((issue: { path: string }) => issue.path === path),
      sent.slice(0, 80),
    );
    assert.deepEqual(calls, []);
  }
});

Deno.test("a job that is unsigned or wrongly signed is 401 and reaches no database", async () => {
  const { app, calls } = aDoor();
  const body = JSON.stringify(JOB);

  for (
    const init of [
      { method: "POST", body },
      signedPost(body, "another"),
      { ...signedPost(body, SECRET), body: `${body} ` },
    ]
  ) {
    const answer = await app.request("/webhook", init);
    assert.equal(answer.status, 401);
    assert.deepEqual(await answer.json(), { error: "Invalid signature" });
  }
  assert.deepEqual(calls, []);
});

Deno.test("RATE_LIMIT_WEBHOOK refuses jobs over it, and a database away is 503", async () => {
  const away = new DatabaseError("Cannot call create_project: no connection", "", true);
  const { post } = aDoor(away, { ...ENV, RATE_LIMIT_WEBHOOK: "1" });

  assert.equal((await post(JOB)).status, 503);
  const { status, headers } = await post(JOB);
  assert.equal(status, 429);
  assert.equal(headers.get("retry-after"), "60");
});

Deno.test("what the installation has decides what a job may ask for, and who hears of its end", async () => {
  const job = { ...JOB, model: "runway-gen3-alpha" };
  const services = {
    VIDEO_GENERATION_SERVICE: "https://video.example.com",
    NOTIFICATION_SERVICE_URL: "https://notify.example.com",
  };
  const alone = aDoor();
  const served = aDoor(CREATED, { ...ENV, ...services });

  assert.equal((await alone.post(job)).status, 400);
  assert.equal((await served.post(job)).status, 202);
  await alone.post(JOB);

  const notified = ({ calls }: typeof alone) =>
    calls.filter(({ name }) => name === "create_projects").map(({ args }) =>
      Object(args.p_jobs)[0].notify
    );
  assert.deepEqual([notified(served), notified(alone)], [[true], [undefined]]);
});
