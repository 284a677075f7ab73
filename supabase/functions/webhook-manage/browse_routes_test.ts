import assert from "node:assert/strict";
import { handMadeWorld } from "../_shared/testing/hand_made_world.ts";
import { createWebhookManage } from "./app.ts";

const PAGE = { docs: [{ project_id: "proj_1" }], next: "proj_1" };

function aDoor(sql: Record<string, unknown> = {}) {
  const world = handMadeWorld({ env: { OPERATOR_KEY: "op-key" }, sql });
  const app = createWebhookManage(world.deps);

  async function get(path: string, headers: Record<string, string> = {}) {
    const answer = await app.request(`/webhook-manage${path}`, {
      headers: { apikey: "op-key", ...headers },
    });
    const text = await answer.text();
    return {
      status: answer.status,
      etag: answer.headers.get("etag"),
      body: text === "" ? null : JSON.parse(text),
    };
  }
  return { ...world, app, get };
}

Deno.test("films are asked for by statuses, user, words and place, fifty unless told", async () => {
  const { get, calls } = aDoor({ list_projects: PAGE });

  assert.deepEqual((await get("/browse/projects")).body, PAGE);
  await get("/browse/projects?status=queued,failed&user_id=u1&search=boat&before=proj_9&limit=7");

  const sent: unknown = JSON.parse(JSON.stringify(calls.map(({ args }) => args)));
  assert.deepEqual(sent, [
    { p_filter: {}, p_before: null, p_limit: 50 },
    {
      p_filter: { statuses: ["queued", "failed"], user_id: "u1", search: "boat" },
      p_before: "proj_9",
      p_limit: 7,
    },
  ]);
});

Deno.test("a filter that means nothing is 400 by its name, and asks the database nothing", async () => {
  const { get, calls } = aDoor();
  const wrong: [path: string, field: string][] = [
    ["/browse/projects?status=burnt", "status.0"],
    ["/browse/projects?limit=201", "limit"],
    ["/browse/callbacks?outcome=fine", "outcome"],
    ["/browse/deliveries?status=failed", "status"],
    ["/browse/errors?before=x", "before"],
    ["/browse/error-series?hours=169", "hours"],
  ];

  for (const [path, field] of wrong) {
    const { status, body } = await get(path);
    assert.deepEqual([status, body.issues?.[0]?.path], [400, field], path);
  }
  assert.deepEqual(calls, []);
});

Deno.test("nobody browses without a key", async () => {
  const { app, calls } = aDoor();
  const paths = ["projects", "callbacks", "deliveries", "deliveries/dlv_1", "errors"];

  for (const path of [...paths, "board", "error-series", "overview", "queue"]) {
    const answer = await app.request(`/webhook-manage/browse/${path}`);
    assert.equal(answer.status, 401, path);
    await answer.body?.cancel();
  }
  assert.deepEqual(calls, []);
});

Deno.test("an unknown delivery is 404", async () => {
  assert.equal(
    (await aDoor({ browse_delivery: null }).get("/browse/deliveries/dlv_0")).status,
    404,
  );
});

Deno.test("who has the answer already is told so without its body, and anything new in full", async () => {
  const sql = { read_overview: { by_status: { queued: 1 } } };
  const first = await aDoor(sql).get("/browse/overview");
  assert(first.etag);
  const known = { "if-none-match": first.etag };

  const again = await aDoor(sql).get("/browse/overview", known);
  const changed = await aDoor({ read_overview: { by_status: {} } }).get("/browse/overview", known);

  assert.deepEqual([again.status, again.body], [304, null]);
  assert.deepEqual([changed.status, changed.body], [200, { by_status: {} }]);
});

Deno.test("no answer of this door is kept by a cache on the way", async () => {
  const { app } = aDoor({ read_overview: {} });
  const answer = await app.request("/webhook-manage/browse/overview", {
    headers: { apikey: "op-key" },
  });
  await answer.body?.cancel();

  assert.equal(answer.headers.get("cache-control"), "private, no-store");
});
