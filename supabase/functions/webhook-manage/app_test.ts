import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { handMadeWorld } from "../_shared/testing/hand_made_world.ts";
import { createWebhookManage } from "./app.ts";

const KEY = { apikey: "op-key" };
const AWAY = new DatabaseError("Cannot call it: no connection", "", true);

function aDoor(sql: Record<string, unknown> = {}, env: Record<string, string> = {
  OPERATOR_KEY: "op-key",
}) {
  const world = handMadeWorld({ env, sql: { is_bell_deaf: false, ...sql } });
  const app = createWebhookManage(world.deps);

  async function send(path: string, init: RequestInit = {}) {
    const answer = await app.request(`/webhook-manage${path}`, { headers: KEY, ...init });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  }
  return { ...world, send };
}

const ROUTES: [string, string][] = [
  ["GET", ""],
  ["POST", ""],
  ["GET", "/logs/whlog_1"],
  ["POST", "/logs/whlog_1/replay"],
  ["POST", "/replay"],
  ["GET", "/errors"],
  ["GET", "/errors/stats"],
  ["GET", "/metrics"],
  ["GET", "/health"],
  ["GET", "/projects/proj_1"],
  ["POST", "/projects/proj_1/cancel"],
  ["POST", "/projects/proj_1/pause"],
  ["POST", "/projects/proj_1/resume"],
  ["POST", "/projects/proj_1/retry"],
  ["POST", "/scenes/scene_1/regenerate"],
  ["POST", "/scenes/scene_1/select"],
  ["POST", "/steps/step_1/redrive"],
  ["POST", "/deliveries/dlv_1/redrive"],
  ["POST", "/deliveries/redrive"],
  ["GET", "/deliveries"],
  ["GET", "/deliveries/dlv_1"],
  ["POST", "/deliveries/dlv_1/replay"],
  ["POST", "/deliveries/replay"],
  ["GET", "/endpoints"],
  ["POST", "/endpoints"],
  ["GET", "/endpoints/ep_1"],
  ["POST", "/endpoints/ep_1"],
  ["DELETE", "/endpoints/ep_1"],
  ["POST", "/endpoints/ep_1/rotate"],
  ["POST", "/endpoints/ep_1/enable"],
  ["POST", "/endpoints/ep_1/disable"],
  ["POST", "/endpoints/ep_1/test"],
  ["GET", "/providers"],
  ["GET", "/stream?path=%2Ferrors"],
  ["GET", "/providers/fal"],
  ["POST", "/providers/fal"],
  ["POST", "/users/user-1/delete"],
  ["POST", "/pause-all"],
  ["POST", "/resume-all"],
];

Deno.test("no route is open to a stranger, and none reaches the database for one", async () => {
  const strangers: Record<string, string>[] = [
    {},
    { apikey: "op-keY" },
    { authorization: "Bearer x" },
  ];

  for (const [method, path] of ROUTES) {
    // One that remembers no hundred failures of this address.
    const { send, calls } = aDoor();
    for (const headers of strangers) {
      const { status, body } = await send(path, { method, headers });
      assert.equal(status, 401, `${method} ${path}`);
      assert.deepEqual(body, { error: "Invalid signature" });
    }
    assert.deepEqual(calls, []);
  }
});

Deno.test("an operator shows the key in apikey or as a Bearer", async () => {
  const { send } = aDoor({ list_callbacks: [] });

  for (const headers of [KEY, { authorization: "Bearer op-key" }]) {
    assert.equal((await send("", { headers })).status, 200);
  }
});

Deno.test("without a key and a project every route is 503", async () => {
  const { send } = aDoor({}, {});

  for (const [method, path] of ROUTES) {
    const { status, body } = await send(path, { method });
    assert.equal(status, 503, `${method} ${path}`);
    assert.deepEqual(body, { error: "Not configured" });
  }
});

Deno.test("a wrong method is 405 on every path, an unknown path 404", async () => {
  const { send } = aDoor();

  for (const [, path] of ROUTES) {
    const { status, body } = await send(path, { method: "PUT", headers: {} });
    assert.equal(status, 405, path);
    assert.deepEqual(body, { error: "Method not allowed" });
  }
  for (const path of ["/nothing", "/projects/proj_1/burn", "/logs", "/scenes/scene_1"]) {
    const { status, body } = await send(path, { method: "POST" });
    assert.equal(status, 404, path);
    assert.deepEqual(body, { error: "Not found" });
  }
});

Deno.test("an address that fails too often is told to stay away; a key is let in all the same", async () => {
  const { send } = aDoor({ list_callbacks: [] });

  for (let i = 0; i < 100; i++) assert.equal((await send("", { headers: {} })).status, 401);
  const refused = await send("", { headers: {} });

  assert.equal(refused.status, 429);
  assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
  assert.equal((await send("")).status, 200);
});

Deno.test("a body over 1 MiB is 413, one that is not JSON 400", async () => {
  const { send, calls } = aDoor();
  const large = await send("", { method: "POST", body: "x".repeat(1024 * 1024 + 1) });
  const broken = await send("", { method: "POST", body: "{" });

  assert.equal(large.status, 413);
  assert.deepEqual([broken.status, broken.body.issues[0].path], [400, ""]);
  assert.deepEqual(calls, []);
});

Deno.test("a database that is away is 503, one that fails 500 and says no more", async () => {
  assert.deepEqual((await aDoor({ list_callbacks: AWAY }).send("")).status, 503);

  const failing = new DatabaseError("Cannot call it: secret detail", "XX000", false, "detail");
  for (const path of ["", "/errors", "/metrics", "/health", "/projects/p"]) {
    const { send } = aDoor({
      list_callbacks: failing,
      list_errors: failing,
      read_metrics: failing,
      read_health: failing,
      read_project: failing,
    });
    const { status, body } = await send(path);
    assert.equal(status, 500, path);
    assert.deepEqual(body, { error: "Webhook processing failed" });
  }
});
