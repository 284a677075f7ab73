import assert from "node:assert/strict";
import { createCallbackDoor } from "./callback_door.ts";
import { readVideoCallback } from "./services/read_video_callback.ts";
import { handMadeWorld, NOTHING_CHANGED, signedPost } from "./testing/hand_made_world.ts";

const SECRET = "s3cret-of-the-door";
const BODY = JSON.stringify({
  task_id: "task_123",
  status: "completed",
  video_url: "https://media.example.com/the-body.mp4",
});

async function logged(debug: string, init: RequestInit, path = "/video-complete") {
  const { deps, lines } = handMadeWorld({
    env: { VIDEO_WEBHOOK_SECRET: SECRET, DEBUG: debug },
    sql: { receive_callback: NOTHING_CHANGED, is_bell_deaf: false },
  });
  const app = createCallbackDoor({
    name: "video-complete",
    source: "video",
    read: readVideoCallback,
    answer: ({ outcome }) => ({ outcome }),
  }, deps);
  await app.request(path, init);
  const story = lines.map((line): Record<string, unknown> => JSON.parse(line));
  return { lines, story, events: story.map(({ event }) => event) };
}

Deno.test("DEBUG=webhooks:* tells a request's story, an event a line, under one id", async () => {
  const { story, events } = await logged("webhooks:*", signedPost(BODY, SECRET));

  assert.deepEqual(events, [
    "request.received",
    "request.verified",
    "callback.received",
    "request.answered",
  ]);
  assert.equal(new Set(story.map(({ trace_id }) => trace_id)).size, 1);
  assert.match(String(story[0]?.trace_id), /^[0-9a-f-]{36}$/);
  assert.equal(story[2]?.outcome, "applied");
  assert.equal(story[2]?.request_id, "task_123");
  assert.deepEqual([story[3]?.status, story[3]?.duration_ms], [200, 0]);
});

Deno.test("the sender's own request id is told, cut to a length, and never stands in for ours", async () => {
  const ids = async (headers: Record<string, string>) => {
    const { story } = await logged("*", signedPost(BODY, SECRET, headers));
    assert.match(String(story[0]?.trace_id), /^[0-9a-f-]{36}$/);
    return story.map(({ x_request_id }) => x_request_id);
  };

  assert.deepEqual(await ids({ "x-request-id": "req-7" }), [
    "req-7",
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal((await ids({ "x-request-id": "x".repeat(999) }))[0], "x".repeat(200));
  assert.equal((await ids({}))[0], undefined);
});

Deno.test("a refusal is told with its reason", async () => {
  const wrong = { method: "POST", body: BODY, headers: { "x-webhook-signature": "00" } };
  const unsigned = await logged("webhooks:*", wrong);
  assert.deepEqual(unsigned.events, [
    "request.received",
    "request.unverified",
    "door.refused",
    "request.refused",
  ]);
  assert.deepEqual(unsigned.story[1]?.signed_with, ["x-webhook-signature"]);
  assert.equal(unsigned.story[3]?.reason, "Invalid signature");

  const malformed = await logged("webhooks:*", signedPost("[]", SECRET));
  assert.equal(malformed.story.at(-1)?.status, 400);
  assert.ok(Array.isArray(malformed.story.at(-1)?.issues));

  const lost = await logged("webhooks:*", {}, "/video-complete/nowhere");
  assert.deepEqual([lost.story.at(-1)?.status, lost.story.at(-1)?.reason], [404, "Not found"]);
});

Deno.test("neither body nor secret nor signature nor token is ever told", async () => {
  const init = signedPost(BODY, SECRET, { authorization: `Bearer ${SECRET}` });
  const { lines } = await logged("*", init, "/video-complete?token=t0ken-of-the-attempt");

  for (const secret of [SECRET, "the-body", "t0ken", init.headers["x-webhook-signature"]]) {
    assert.ok(secret && !lines.join("\n").includes(secret), secret);
  }
});

Deno.test("DEBUG names doors as `debug` does; unset, only what happened is logged", async () => {
  for (const debug of ["*", "webhooks:video-complete", "other, webhooks:video*"]) {
    const { events } = await logged(debug, signedPost(BODY, SECRET));
    assert.ok(events.includes("request.received"), debug);
  }
  for (const debug of ["", "1", "webhooks", "webhooks:fal-webhook", "*,-webhooks:video-*", "(["]) {
    const { events } = await logged(debug, signedPost(BODY, SECRET));
    assert.deepEqual(events, ["callback.received"], debug);
  }
});
