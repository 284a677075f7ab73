import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { handMadeWorld } from "../_shared/hand_made_world.ts";
import { createWebhookManage } from "./app.ts";

const AWAY = new DatabaseError("Cannot call it: no connection", "", true);

function aDoor(sql: Record<string, unknown>) {
  const world = handMadeWorld({
    env: { OPERATOR_KEY: "op-key" },
    sql: { is_bell_deaf: false, ...sql },
  });
  const app = createWebhookManage(world.deps);

  async function send(path: string, body?: unknown) {
    const answer = await app.request(`/webhook-manage${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { apikey: "op-key" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  }
  return { ...world, send };
}

Deno.test("health is 200 when all is well, 503 with what is not", async () => {
  const checks = { bell: { ok: true }, sweep: { ok: true } };
  const well = aDoor({ read_health: { is_healthy: true, is_paused: false, checks } });
  const ill = aDoor({
    read_health: {
      is_healthy: false,
      is_paused: false,
      checks: { ...checks, sweep: { ok: false } },
    },
  });

  assert.deepEqual(await well.send("/health"), {
    status: 200,
    body: { status: "ok", is_paused: false, checks },
  });
  const { status, body } = await ill.send("/health");
  assert.deepEqual([status, body.status, body.error], [503, "failing", "Failing: sweep"]);
});

Deno.test("health is 503 with the database for a reason when that is away", async () => {
  assert.deepEqual(await aDoor({ read_health: AWAY }).send("/health"), {
    status: 503,
    body: { status: "failing", error: "Failing: database", checks: { database: { ok: false } } },
  });
});

Deno.test("errors are listed by type, fifty unless told", async () => {
  const { send, calls } = aDoor({ list_errors: [{ message: "It broke" }], read_error_stats: {} });

  assert.deepEqual((await send("/errors?type=webhook&limit=7")).body, {
    docs: [{ message: "It broke" }],
  });
  await send("/errors");
  await send("/errors/stats");

  assert.deepEqual(calls.map(({ args }) => args), [
    { p_type: "webhook", p_limit: 7 },
    { p_type: null, p_limit: 50 },
    {},
  ]);
  for (const limit of ["0", "501", "x", "1.5"]) {
    const { status, body } = await send(`/errors?limit=${limit}`);
    assert.deepEqual([status, body.issues[0].path], [400, "limit"]);
  }
});

Deno.test("metrics are of the last day unless told", async () => {
  const { send, calls } = aDoor({ read_metrics: {} });

  await send("/metrics");
  await send("/metrics?hours=1");

  assert.deepEqual(calls.map(({ args }) => args), [{ p_seconds: 86_400 }, { p_seconds: 3600 }]);
  assert.equal((await send("/metrics?hours=-1")).status, 400);
});

Deno.test("a provider's limits are set and, with null, taken away", async () => {
  const { send, calls } = aDoor({ set_provider: { name: "fal" } });

  await send("/providers/fal", { max_in_flight: 2, max_in_flight_per_user: null });
  await send("/pause-all", {});
  await send("/resume-all", {});

  assert.deepEqual(calls.filter(({ name }) => name === "set_provider").map(({ args }) => args), [
    { p_name: "fal", p_changes: { max_in_flight: 2, max_in_flight_per_user: null } },
    { p_name: "*", p_changes: { is_paused: true } },
    { p_name: "*", p_changes: { is_paused: false } },
  ]);
  for (const wrong of [{ max_in_flight: 0 }, { max_in_flight: "2" }, { is_held: true }, {}]) {
    const { status, body } = await send("/providers/fal", wrong);
    assert.deepEqual([status, body.issues[0].path], [400, Object.keys(wrong)[0] ?? ""]);
  }
});

Deno.test("providers are shown, all or one", async () => {
  const providers = [{ name: "*", is_paused: false }, { name: "fal", is_paused: true }];
  const { send } = aDoor({ list_providers: providers });

  assert.deepEqual((await send("/providers")).body, { providers });
  assert.deepEqual((await send("/providers/fal")).body, providers[1]);
  assert.equal((await send("/providers/nobody")).status, 404);
});
