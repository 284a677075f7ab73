import assert from "node:assert/strict";
import { handMadeWorld } from "../_shared/testing/hand_made_world.ts";
import { signHex } from "../_shared/signatures/hex_hmac.ts";
import { standardHeaders } from "../_shared/signatures/standard_webhooks.ts";
import { createWebhook } from "./app.ts";

const TASK = {
  task_id: "proj_1",
  status: "generating",
  progress: 40,
  scenes: [{
    scene_id: "scene_1",
    position: 1,
    status: "completed",
    video_url: "https://a.example/1",
  }],
  final_video_url: null,
  error: null,
};
const STATS = { by_status: { completed: 3, failed: 1 }, last_24h: 2, average_minutes: 4 };
const BEARER = { authorization: "Bearer s3cret" };

function aDoor({ task = TASK, env = { WEBHOOK_SECRET: "s3cret" } }: {
  task?: typeof TASK | null;
  env?: Record<string, string>;
} = {}) {
  const world = handMadeWorld({
    env,
    sql: { read_task: task, read_stats: STATS, read_webhook_sources: [] },
  });
  const app = createWebhook(world.deps);

  async function get(path: string, headers: Record<string, string> = {}, method = "GET") {
    const answer = await app.request(path, { method, headers });
    return { status: answer.status, body: await answer.json() };
  }
  return { ...world, get };
}

Deno.test("health is public", async () => {
  const { get } = aDoor({ env: {} });

  assert.deepEqual(await get("/webhook/health"), {
    status: 200,
    body: { status: "ok", door: "webhook" },
  });
});

Deno.test("a task is read by its token, which the database checks", async () => {
  const { get, calls } = aDoor();

  assert.deepEqual(await get("/webhook/task/proj_1?token=tok_1"), { status: 200, body: TASK });
  assert.deepEqual(calls, [{
    name: "read_task",
    args: { p_project_id: "proj_1", p_token: "tok_1", p_trusted: false },
  }]);
});

Deno.test("a task is read by the sender's credentials, too", async () => {
  const { get, calls } = aDoor();

  assert.equal((await get("/webhook/task/proj_1", BEARER)).status, 200);
  assert.deepEqual(calls[0]?.args, { p_project_id: "proj_1", p_token: null, p_trusted: true });
});

Deno.test("asking for a task is never limited: who waits for a film may look as often as it likes", async () => {
  const { get } = aDoor({ env: { WEBHOOK_SECRET: "s3cret", RATE_LIMIT_WEBHOOK: "1" } });

  for (let i = 0; i < 3; i++) {
    assert.equal((await get("/webhook/task/proj_1", BEARER)).status, 200);
    assert.equal((await get("/webhook/task/proj_1?token=tok_1")).status, 200);
  }
});

Deno.test("an unknown id and a wrong token are the same 404", async () => {
  const { get } = aDoor({ task: null });
  const expected = { status: 404, body: { error: "Not found" } };

  assert.deepEqual(await get("/webhook/task/proj_9?token=tok_1"), expected);
  assert.deepEqual(await get("/webhook/task/proj_1?token=wrong"), expected);
  assert.deepEqual(await get("/webhook/task/proj_9", BEARER), expected);
  assert.deepEqual(await get("/webhook/task/proj%00?token=t"), expected);
});

Deno.test("a task's token opens it beside an Authorization of somebody else's", async () => {
  const { get, calls } = aDoor();

  assert.equal(
    (await get("/webhook/task/proj_1?token=t", { authorization: "Bearer x" })).status,
    200,
  );
  assert.deepEqual([calls[0]?.args.p_token, calls[0]?.args.p_trusted], ["t", false]);
});

Deno.test("a task without token and credentials is 401, and 503 where no secret is set", async () => {
  const { get, calls } = aDoor();

  assert.equal((await get("/webhook/task/proj_1")).status, 401);
  assert.equal((await get("/webhook/task/proj_1", { authorization: "Bearer x" })).status, 401);
  assert.equal((await aDoor({ env: {} }).get("/webhook/task/proj_1")).status, 503);
  assert.equal((await aDoor({ env: {} }).get("/webhook/task/proj_1?token=t")).status, 200);
  assert.deepEqual(calls, []);
});

Deno.test("stats are read by any of the three schemes, signed over the empty body", async () => {
  const { get, clock } = aDoor();
  const timestamp = Math.floor(clock.now / 1000);
  const schemes = [
    BEARER,
    { "x-webhook-signature": signHex("", "s3cret") },
    standardHeaders({ id: "msg_1", timestamp, body: "", secret: "s3cret" }),
  ];

  for (const headers of schemes) {
    assert.deepEqual(await get("/webhook/stats", headers), { status: 200, body: STATS });
  }
  assert.equal((await get("/webhook/stats")).status, 401);
  assert.equal((await get("/webhook/stats", { authorization: "Bearer x" })).status, 401);
});

Deno.test("a source that nobody configured is 404", async () => {
  const { get } = aDoor();

  assert.deepEqual(await get("/webhook/custom", BEARER, "POST"), {
    status: 404,
    body: { error: "Not found" },
  });
});

Deno.test("a wrong method is 405 on every path that there is", async () => {
  const { get } = aDoor();

  for (const path of ["", "/health", "/stats", "/task/proj_1"]) {
    const { status, body } = await get(`/webhook${path}`, BEARER, "PUT");
    assert.equal(status, 405, path);
    assert.deepEqual(body, { error: "Method not allowed" });
  }
});
