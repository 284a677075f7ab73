import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { operatorDoor } from "./fixture.ts";

const REPLAYED = {
  webhook_log_id: "whlog_1",
  was: "error",
  status: "success",
  outcome: "applied",
  error: null,
  retry_count: 1,
};
const RAISED = new DatabaseError(
  "Cannot call replay_callback: ...",
  "RL404",
  false,
  'Cannot replay callback "x": no such callback',
);

Deno.test("callbacks are listed as docs, by source and status", async () => {
  const docs = [{ webhook_log_id: "whlog_1" }];
  const { get, calls } = operatorDoor({ list_callbacks: docs });

  assert.deepEqual(await get("?source=custom&status=error"), { status: 200, body: { docs } });
  assert.deepEqual(await get("?source=&status="), { status: 200, body: { docs } });
  assert.deepEqual(calls.map(({ args }) => args), [
    { p_source: "custom", p_status: "error" },
    { p_source: null, p_status: null },
  ]);
});

Deno.test("a time that Postgres cannot read is 400 and named", async () => {
  const page = { matched: 0, ids: [] };
  const { post } = operatorDoor({ replayable_callbacks: page });
  const times = [
    "0000-01-01T00:00:00Z",
    "2026-01-01T00:00:00+16:00",
    "2026-01-01T00:00:00-23:00",
    `2026-01-01T00:00:00.${"1".repeat(120)}Z`,
    "yesterday",
  ];
  for (const from of times) {
    const { status, body } = await post("/replay", { from });
    assert.deepEqual([status, body.issues?.[0].path], [400, "from"], from);
  }
  for (const from of ["0001-01-01T00:00:00+15:59", "2026-01-01T00:00:00.123456-12:00"]) {
    assert.equal((await post("/replay", { from })).status, 200, from);
  }
});

Deno.test("a filter that is none is 400 and named", async () => {
  const unknown = new DatabaseError("x", "RL400", false, 'There is no source "nonsense"');
  const { get, post, calls } = operatorDoor({
    list_callbacks: unknown,
    replayable_callbacks: unknown,
  });

  for (const field of ["source", "status"]) {
    const { status, body } = await get(`?${field}=nonsense`);
    assert.equal(status, 400);
    assert.equal(body.error, "Invalid request");
    assert.deepEqual(body.issues.map(({ path }: { path: string }) => path), [field]);
  }
  const range = await post("/replay", { source: "nonsense" });
  assert.deepEqual([range.status, range.body.issues], [400, [{
    path: "source",
    message: 'There is no source "nonsense"',
  }]]);
  assert.equal((await get("/errors?type=a%00")).status, 400);
  assert.deepEqual(calls.map(({ name }) => name), ["list_callbacks", "replayable_callbacks"]);
});

Deno.test("a replay that achieves something is a success", async () => {
  for (const [outcome, status] of [["applied", "success"], ["buffered", "pending"]]) {
    const { post, calls } = operatorDoor({ replay_callback: { ...REPLAYED, outcome, status } });

    const answer = await post("", { webhookLogId: "whlog_1" });

    assert.deepEqual(answer, { status: 200, body: { success: true, outcome } });
    assert.deepEqual(calls[0], {
      name: "replay_callback",
      args: { p_webhook_log_id: "whlog_1" },
    });
  }
});

Deno.test("a replay that fails again, or of what has succeeded, is 500", async () => {
  const failed = { ...REPLAYED, status: "error", outcome: "error", error: "It broke" };
  const done = { ...REPLAYED, was: "success", outcome: "duplicate" };

  for (const answer of [failed, done]) {
    const { status, body } = await operatorDoor({ replay_callback: answer }).post("", {
      webhookLogId: "whlog_1",
    });
    assert.equal(status, 500);
    assert.deepEqual(body, { error: "Retry failed", outcome: answer.outcome });
  }
});

Deno.test("a replay that cannot be is 500 on the door's own path, and says why on the log's", async () => {
  const { post } = operatorDoor({ replay_callback: RAISED });

  assert.deepEqual(await post("", { webhookLogId: "x" }), {
    status: 500,
    body: { error: "Retry failed" },
  });
  assert.deepEqual(await post("/logs/x/replay", {}), {
    status: 404,
    body: { error: 'Cannot replay callback "x": no such callback' },
  });
});

Deno.test("a replay without an id is 400 and names the field", async () => {
  const { post, calls } = operatorDoor({});

  for (const body of [{}, { webhookLogId: 7 }, { webhookLogId: "" }]) {
    const answer = await post("", body);
    assert.equal(answer.status, 400);
    assert.equal(answer.body.issues[0].path, "webhookLogId");
  }
  assert.deepEqual(calls, []);
});

Deno.test("one callback has its bytes as base64, and as text where they are UTF-8", async () => {
  const text = await operatorDoor({ read_callback: { raw_body: btoa('{"a":1}') } }).get(
    "/logs/whlog_1",
  );
  const bytes = await operatorDoor({ read_callback: { raw_body: btoa("\xff\xfe") } }).get(
    "/logs/whlog_1",
  );

  assert.deepEqual(text.body, { raw_body: btoa('{"a":1}'), raw_text: '{"a":1}' });
  assert.deepEqual(bytes.body, { raw_body: btoa("\xff\xfe"), raw_text: null });
  assert.equal((await operatorDoor({ read_callback: null }).get("/logs/whlog_1")).status, 404);
  assert.equal((await operatorDoor({}).get("/logs/%00")).status, 404);
});

Deno.test("a range is replayed within its bounds; a dry run replays nothing", async () => {
  const page = { matched: 1, ids: ["whlog_1"] };
  const sql = { replayable_callbacks: { matched: 1, ids: [] }, replay_callback: REPLAYED };
  const { post, calls } = operatorDoor(sql);
  const from = "2026-11-21T00:00:00Z";

  const dry = await post("/replay", { source: "fal", from, dry_run: true });

  assert.deepEqual(dry.body, { matched: 1, replayed: 0, outcomes: {}, remaining: 1, next: null });
  assert.deepEqual(calls.map(({ args }) => args), [{
    p_source: "fal",
    p_status: "error",
    p_from: from,
    p_to: null,
    p_after: null,
    p_limit: 0,
  }]);
  const done = await operatorDoor({ ...sql, replayable_callbacks: page }).post("/replay", {
    limit: 1,
  });
  assert.deepEqual(done.body, {
    matched: 1,
    replayed: 1,
    outcomes: { applied: 1 },
    remaining: 0,
    next: null,
  });
  for (const wrong of [{ limit: 1001 }, { from: "yesterday" }, { status: "success" }]) {
    const { status, body } = await post("/replay", wrong);
    assert.deepEqual([status, body.issues[0].path], [400, Object.keys(wrong)[0]]);
  }
});
