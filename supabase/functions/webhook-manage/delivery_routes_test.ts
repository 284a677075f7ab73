import assert from "node:assert/strict";
import { operatorDoor } from "./fixture.ts";

function aDoor(sql: Record<string, unknown> = {}) {
  return operatorDoor({
    list_deliveries: [{ delivery_id: "dlv_1" }],
    read_delivery: { delivery_id: "dlv_1", tries: [] },
    replay_delivery: { delivery_id: "dlv_1", was: "dead", status: "pending" },
    replay_deliveries: { matched: 7, replayed: 0, remaining: 7 },
    ...sql,
  });
}

Deno.test("deliveries are listed by filter, and one is shown with its tries", async () => {
  const { send, called } = aDoor();

  const list = await send("GET", "/deliveries?status=dead&endpoint_id=ep_1&limit=10");
  assert.deepEqual(list.body, { deliveries: [{ delivery_id: "dlv_1" }] });
  assert.deepEqual((await send("GET", "/deliveries/dlv_1")).body.tries, []);
  assert.deepEqual(called(), [
    {
      name: "list_deliveries",
      args: { p_filter: { status: "dead", endpoint_id: "ep_1" }, p_limit: 10 },
    },
    { name: "read_delivery", args: { p_delivery_id: "dlv_1" } },
  ]);
  assert.equal((await send("GET", "/deliveries?status=gone")).status, 400);
  const unknown = aDoor({ read_delivery: null });
  assert.equal((await unknown.send("GET", "/deliveries/dlv_9")).status, 404);
});

Deno.test("one is replayed, or a range, at ten a second unless told otherwise, dry where asked", async () => {
  const { send, called } = aDoor();
  const from = "2026-11-21T00:00:00Z";

  await send("POST", "/deliveries/dlv_1/replay");
  await send("POST", "/deliveries/replay", { endpoint_id: "ep_1", from, dry_run: true });
  await send("POST", "/deliveries/replay", { statuses: ["skipped"], limit: 500, per_second: 2 });

  assert.deepEqual(called(), [
    { name: "replay_delivery", args: { p_delivery_id: "dlv_1" } },
    {
      name: "replay_deliveries",
      args: {
        p_filter: { endpoint_id: "ep_1", from },
        p_limit: 100,
        p_per_second: 10,
        p_is_dry: true,
      },
    },
    {
      name: "replay_deliveries",
      args: { p_filter: { statuses: ["skipped"] }, p_limit: 500, p_per_second: 2, p_is_dry: false },
    },
  ]);
});

Deno.test("a range that is misspelt replays nothing", async () => {
  const { send, called } = aDoor();

  for (
    const wrong of [
      { endpoint: "ep_1" },
      { statuses: [] },
      { statuses: ["pending"] },
      {
        limit: 10_001,
      },
      { per_second: 0 },
      { from: "yesterday" },
    ]
  ) {
    assert.equal((await send("POST", "/deliveries/replay", wrong)).status, 400);
  }
  assert.deepEqual(called(), []);
});
