import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { operatorDoor } from "./fixture.ts";

const AWAY = new DatabaseError("Cannot call it: no connection", "", true);

Deno.test("health is 200 when all is well, 503 with what is not", async () => {
  const checks = { bell: { ok: true }, sweep: { ok: true } };
  const well = operatorDoor({ read_health: { is_healthy: true, is_paused: false, checks } });
  const ill = operatorDoor({
    read_health: {
      is_healthy: false,
      is_paused: false,
      checks: { ...checks, sweep: { ok: false } },
    },
  });

  assert.deepEqual(await well.get("/health"), {
    status: 200,
    body: { status: "ok", is_paused: false, checks },
  });
  const { status, body } = await ill.get("/health");
  assert.deepEqual([status, body.status, body.error], [503, "failing", "Failing: sweep"]);
});

Deno.test("health is 503 with the database for a reason when that is away", async () => {
  assert.deepEqual(await operatorDoor({ read_health: AWAY }).get("/health"), {
    status: 503,
    body: { status: "failing", error: "Failing: database", checks: { database: { ok: false } } },
  });
});

Deno.test("errors are listed by type, fifty unless told", async () => {
  const { get, calls } = operatorDoor({
    list_errors: [{ message: "It broke" }],
    read_error_stats: {},
  });

  assert.deepEqual((await get("/errors?type=webhook&limit=7")).body, {
    docs: [{ message: "It broke" }],
  });
  await get("/errors");
  await get("/errors/stats");

  assert.deepEqual(calls.map(({ args }) => args), [
    { p_type: "webhook", p_limit: 7 },
    { p_type: null, p_limit: 50 },
    {},
  ]);
  for (const limit of ["0", "501", "x", "1.5"]) {
    const { status, body } = await get(`/errors?limit=${limit}`);
    assert.deepEqual([status, body.issues[0].path], [400, "limit"]);
  }
});

Deno.test("metrics are of the last day unless told", async () => {
  const { get, calls } = operatorDoor({ read_metrics: {} });

  await get("/metrics");
  await get("/metrics?hours=1");

  assert.deepEqual(calls.map(({ args }) => args), [{ p_seconds: 86_400 }, { p_seconds: 3600 }]);
  assert.equal((await get("/metrics?hours=-1")).status, 400);
});

Deno.test("a provider's limits are set and, with null, taken away", async () => {
  const { post, calls } = operatorDoor({ set_provider: { name: "fal" } });

  await post("/providers/fal", { max_in_flight: 2, max_in_flight_per_user: null });
  await post("/pause-all", {});
  await post("/resume-all", {});

  assert.deepEqual(calls.filter(({ name }) => name === "set_provider").map(({ args }) => args), [
    { p_name: "fal", p_changes: { max_in_flight: 2, max_in_flight_per_user: null } },
    { p_name: "*", p_changes: { is_paused: true } },
    { p_name: "*", p_changes: { is_paused: false } },
  ]);
  for (const wrong of [{ max_in_flight: 0 }, { max_in_flight: "2" }, { is_held: true }, {}]) {
    const { status, body } = await post("/providers/fal", wrong);
    assert.deepEqual([status, body.issues[0].path], [400, Object.keys(wrong)[0] ?? ""]);
  }
});

Deno.test("providers are shown, all or one", async () => {
  const providers = [{ name: "*", is_paused: false }, { name: "fal", is_paused: true }];
  const { get } = operatorDoor({ list_providers: providers });

  assert.deepEqual((await get("/providers")).body, { providers });
  assert.deepEqual((await get("/providers/fal")).body, providers[1]);
  assert.equal((await get("/providers/nobody")).status, 404);
});
