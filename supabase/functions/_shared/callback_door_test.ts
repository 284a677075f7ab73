import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createVideoComplete } from "../video-complete/app.ts";
import { DatabaseError } from "./database.ts";
import { handMadeWorld, NOTHING_CHANGED, signedPost } from "./testing/hand_made_world.ts";
import { standardHeaders } from "./signatures/standard_webhooks.ts";

const SECRET = "s3cret";
const BODY = '{"task_id":"t1","status":"completed","video_url":"https://cdn.example.com/a.mp4"}';

function aDoor(receive_callback: unknown = NOTHING_CHANGED) {
  const world = handMadeWorld({
    env: { VIDEO_WEBHOOK_SECRET: SECRET, PIPELINE_BELL_SECRET: "bell" },
    sql: { receive_callback, is_bell_deaf: false },
  });
  const app = createVideoComplete(world.deps);

  async function post(body: string, headers: Record<string, string> = {}, query = "") {
    const answer = await app.request(`/video-complete${query}`, signedPost(body, SECRET, headers));
    return { status: answer.status, body: await answer.json() };
  }
  const recorded = () => JSON.parse(JSON.stringify(world.calls[0]?.args.p_callback));
  return { ...world, app, post, recorded };
}

Deno.test("a callback is handed over with its exact bytes, its data and its token", async () => {
  const { post, recorded, calls } = aDoor();

  assert.equal((await post(BODY, {}, "?token=tok_1")).status, 200);

  assert.equal(calls[0]?.name, "receive_callback");
  const { raw_body, data, token, source, type, malformed, delivery_id } = recorded();
  assert.equal(Buffer.from(raw_body, "base64").toString(), BODY);
  assert.deepEqual(data, JSON.parse(BODY));
  assert.deepEqual(
    { token, source, type, malformed, delivery_id },
    { token: "tok_1", source: "video", type: "task.completed", malformed: null, delivery_id: null },
  );
});

Deno.test("the delivery id is the one that was signed, never one that was only sent", async () => {
  const { app, post, calls, clock } = aDoor();
  const timestamp = Math.floor(clock.now / 1000);
  const headers = standardHeaders({ id: "msg_1", timestamp, body: BODY, secret: SECRET });

  await app.request("/video-complete", { method: "POST", headers, body: BODY });
  await post(BODY, { "webhook-id": "msg_2" });

  const received = calls.filter(({ name }) => name === "receive_callback");
  const ids = received.map(({ args }) => JSON.parse(JSON.stringify(args)).p_callback.delivery_id);
  assert.deepEqual(ids, ["msg_1", null]);
});

Deno.test("headers are kept without credentials and signatures", async () => {
  const { post, recorded } = aDoor();

  await post(BODY, { "user-agent": "svc/1", authorization: "Bearer s3cret", cookie: "a=b" });

  assert.deepEqual(recorded().headers, {
    "content-type": "text/plain;charset=UTF-8",
    "user-agent": "svc/1",
  });
});

Deno.test("what jsonb cannot hold is recorded without data, and applied all the same", async () => {
  for (const bad of ["\\u0000", "\\ud800", "\\udc00x"]) {
    const { post, recorded } = aDoor();
    const body = BODY.replace('"t1"', `"t1","message":"a${bad}","metadata":{"k${bad}":1}`);

    assert.equal((await post(body)).status, 200);

    const { data, result, raw_body } = recorded();
    assert.equal(data, null);
    assert.equal(result.state, "completed");
    assert.ok(!/\\u0000|\\ud800|\\udc00/.test(JSON.stringify(result)));
    assert.equal(Buffer.from(raw_body, "base64").toString(), body);
  }
});

Deno.test("a malformed callback is recorded as such and answered with what is wrong", async () => {
  const malformed = { ...NOTHING_CHANGED, outcome: "malformed" };
  const bodies: [string, string][] = [
    ["", ""],
    ["{", ""],
    ["[".repeat(100_000), ""],
    ["null", ""],
    ["[]", ""],
    [BODY.slice(0, -1), ""],
    ['{"status":"completed"}', "task_id"],
    ['{"task_id":7,"status":"completed"}', "task_id"],
    ['{"task_id":"t1","status":"done"}', "status"],
    ['{"task_id":"t1","status":"completed"}', "video_url"],
    ['{"task_id":"t1","status":"completed","video_url":"nowhere"}', "video_url"],
  ];

  for (const [sent, path] of bodies) {
    const { post, recorded } = aDoor(malformed);
    const { status, body } = await post(sent);

    assert.equal(status, 400, sent.slice(0, 80));
    assert.equal(body.error, "Invalid request");
    assert.ok(body.issues.some((issue: { path: string }) => issue.path === path), sent);
    const { result, type, malformed: why } = recorded();
    assert.deepEqual({ result, type }, { result: null, type: "malformed" });
    assert.match(why, path ? new RegExp(`\\b${path}: \\w`) : /^\w/, sent.slice(0, 80));
  }
});

Deno.test("a malformed callback is 400 also where it cannot be recorded, and the log says so", async () => {
  const { post, lines } = aDoor(new DatabaseError("Cannot call: away", "", true));

  assert.equal((await post("{}")).status, 400);
  assert.match(lines.join(), /callback\.not_recorded/);
});

Deno.test("only an applied callback lets the door watch the bell", async () => {
  for (const outcome of ["applied", "duplicate", "stale", "buffered", "unknown"]) {
    const { post, calls, settled } = aDoor({ ...NOTHING_CHANGED, outcome });

    const { status, body } = await post(BODY);
    await settled();

    assert.equal(status, 200);
    assert.equal(body.outcome, outcome);
    assert.equal(calls.length, outcome === "applied" ? 2 : 1, outcome);
  }
});

Deno.test("the token reaches the database and never the log", async () => {
  const { post, lines } = aDoor(new Error("Failed at /video-complete?token=tok_s3cret"));

  await post(BODY, {}, "?token=tok_s3cret");

  assert.ok(lines.length > 0);
  assert.ok(!lines.join().includes("tok_s3cret"), lines.join());
});
