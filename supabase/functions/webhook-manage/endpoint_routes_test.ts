import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { operatorDoor } from "./fixture.ts";

const DESK = {
  endpoint_id: "ep_1",
  user_id: "anne",
  url: "https://desk.example.com/hook",
  is_enabled: true,
};
const SECRET = "whsec_bm9ib2R5IHNob3VsZCBzZWUgdGhpcw==";

function aDoor(sql: Record<string, unknown> = {}) {
  return operatorDoor({
    put_endpoint: { ...DESK, secret: SECRET },
    list_endpoints: [DESK],
    page_endpoints: { docs: [DESK], next: "ep_1" },
    rotate_endpoint_secret: { endpoint_id: "ep_1", secret: SECRET, old_expires_at: "later" },
    set_endpoint_enabled: { endpoint_id: "ep_1", was: true, is_enabled: false, skipped: 2 },
    test_endpoint: { endpoint_id: "ep_1", delivery_id: "dlv_1", webhook_id: "msg_1" },
    delete_endpoint: { endpoint_id: "ep_1", removed: true, skipped: 0 },
    ...sql,
  });
}

Deno.test("an endpoint is created with what is named, and its secret is in the answer alone", async () => {
  const { send, called, lines } = aDoor();
  const fields = {
    user_id: "anne",
    url: DESK.url,
    events: ["scene.completed"],
    headers: { Authorization: "Bearer x1y2" },
    batch_size: 5,
  };

  const { status, body } = await send("POST", "/endpoints", fields);

  assert.deepEqual([status, body.secret], [201, SECRET]);
  assert.deepEqual(called(), [{
    name: "put_endpoint",
    args: { p_endpoint_id: null, p_changes: fields },
  }]);
  assert.ok(lines.some((line) => line.includes("create endpoint")));
  assert.ok(!lines.join().includes(SECRET) && !lines.join().includes("x1y2"));
});

Deno.test("an Idempotency-Key goes along, and an endpoint that it made before is 200", async () => {
  const { app, called } = aDoor({ put_endpoint: { ...DESK, secret: SECRET, duplicate: true } });
  const ask = (key: string) =>
    app.request("/webhook-manage/endpoints", {
      method: "POST",
      headers: { apikey: "op-key", "idempotency-key": key },
      body: JSON.stringify({ user_id: "anne", url: DESK.url }),
    });

  assert.deepEqual([(await ask("desk")).status, (await ask("k".repeat(256))).status], [200, 400]);
  assert.deepEqual(called().map(({ args }) => args), [{
    p_endpoint_id: null,
    p_changes: { user_id: "anne", url: DESK.url, idempotency_key: "desk" },
  }]);
});

Deno.test("endpoints are listed page by page, by user or one alone; an unknown one is 404", async () => {
  const { send, called } = aDoor();
  const page = { endpoints: [DESK], next: "ep_1" };
  assert.deepEqual((await send("GET", "/endpoints?user_id=anne&limit=1")).body, page);
  assert.deepEqual((await send("GET", "/endpoints?after=ep_1")).body, page);
  assert.deepEqual((await send("GET", "/endpoints/ep_1")).body, DESK);
  assert.equal((await send("GET", "/endpoints?limit=1001")).status, 400);
  assert.deepEqual(called().map(({ args }) => args), [
    { p_user_id: "anne", p_after: null, p_limit: 1 },
    { p_user_id: null, p_after: "ep_1", p_limit: 1000 },
    { p_user_id: null, p_endpoint_id: "ep_1" },
  ]);
  assert.equal((await aDoor({ list_endpoints: [] }).send("GET", "/endpoints/ep_9")).status, 404);
});

Deno.test("each verb reaches its function", async () => {
  const { send, called } = aDoor();

  await send("POST", "/endpoints/ep_1", { max_per_second: null });
  await send("POST", "/endpoints/ep_1/rotate");
  await send("POST", "/endpoints/ep_1/rotate", { overlap_seconds: 60 });
  await send("POST", "/endpoints/ep_1/disable", { reason: "Moving" });
  await send("POST", "/endpoints/ep_1/enable");
  assert.equal((await send("POST", "/endpoints/ep_1/test")).status, 202);
  await send("DELETE", "/endpoints/ep_1");

  const p_endpoint_id = "ep_1";
  assert.deepEqual(called(), [
    { name: "put_endpoint", args: { p_endpoint_id, p_changes: { max_per_second: null } } },
    { name: "rotate_endpoint_secret", args: { p_endpoint_id, p_overlap_seconds: 86_400 } },
    { name: "rotate_endpoint_secret", args: { p_endpoint_id, p_overlap_seconds: 60 } },
    {
      name: "set_endpoint_enabled",
      args: { p_endpoint_id, p_is_enabled: false, p_reason: "Moving" },
    },
    { name: "set_endpoint_enabled", args: { p_endpoint_id, p_is_enabled: true, p_reason: null } },
    { name: "test_endpoint", args: { p_endpoint_id } },
    { name: "delete_endpoint", args: { p_endpoint_id } },
  ]);
});

Deno.test("a private address, a reserved header or a line break is refused by its field", async () => {
  const { send, called } = aDoor();

  for (
    const [wrong, path] of [
      [{ url: "http://desk.example.com" }, "url"],
      [{ url: "https://169.254.169.254/" }, "url"],
      [{ headers: { "webhook-id": "x" } }, "headers.webhook-id"],
      [{ headers: { "Transfer-Encoding": "chunked" } }, "headers.Transfer-Encoding"],
      [{ headers: { "X-A": "a\r\nX-B: b" } }, "headers.X-A"],
      [{ events: ["film.done"] }, "events.0"],
      [{ max_in_flight: 0 }, "max_in_flight"],
      [{}, ""],
    ] as const
  ) {
    const { status, body } = await send("POST", "/endpoints/ep_1", wrong);
    assert.deepEqual([status, body.issues[0].path], [400, path]);
  }
  assert.deepEqual(called(), []);
});

Deno.test("what the database refuses is passed on in its own sentence", async () => {
  const refused = new DatabaseError("Cannot call it", "RL409", false, "It is disabled");
  assert.deepEqual(await aDoor({ test_endpoint: refused }).send("POST", "/endpoints/ep_1/test"), {
    status: 409,
    body: { error: "It is disabled" },
  });
});

Deno.test("while the database is still the release before, an endpoint's route is 503", async () => {
  const missing = new DatabaseError("Could not find the function", "PGRST202", true);
  const { status } = await aDoor({ page_endpoints: missing }).send("GET", "/endpoints");
  assert.equal(status, 503);
});
