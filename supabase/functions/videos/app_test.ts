import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { handMadeWorld, signedPost } from "../_shared/hand_made_world.ts";
import { createVideos } from "./app.ts";

const SECRET = "s3cret";
const BEARER = { authorization: `Bearer ${SECRET}` };
const ENV = {
  WEBHOOK_SECRET: SECRET,
  WEBHOOK_BASE_URL: "https://x.example/functions/v1",
  CALLBACK_SIGNING_SECRET: "whsec_c2lnbmluZw==",
};
const REQUEST = { model: "minimax-video", prompt: "Clouds", webhook_url: "https://a.example/done" };
const TASK = {
  task_id: "proj_1",
  status: "pending",
  progress_percentage: 0,
  video_url: null,
  error: null,
};
const CREATED = { outcome: "created", project_id: "proj_1", status: "queued", task_token: "t+1" };

function aDoor({ sql = {}, env = ENV }: {
  sql?: Record<string, unknown>;
  env?: Record<string, string>;
} = {}) {
  const world = handMadeWorld({
    env,
    sql: {
      create_project: CREATED,
      is_bell_deaf: false,
      read_model_aliases: {},
      read_video_task: TASK,
      cancel_video_task: { ...TASK, status: "cancelled", error: "Cancelled" },
      ...sql,
    },
  });
  const app = createVideos(world.deps, { stopping: new AbortController().signal });

  async function ask(path: string, init: RequestInit = {}) {
    const answer = await app.request(`/videos${path}`, init);
    return { status: answer.status, body: await answer.json() };
  }
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    ask("/generations/async", signedPost(JSON.stringify(body), SECRET, headers));
  return { ...world, app, ask, post };
}

Deno.test("the door says that it is there", async () => {
  const { ask } = aDoor({ env: {} });
  assert.deepEqual(await ask(""), { status: 200, body: { status: "ok", door: "videos" } });
});

Deno.test("a request is 202 with the task, and where to ask for it and to listen", async () => {
  const { post, calls, settled } = aDoor();

  assert.deepEqual(await post(REQUEST), {
    status: 202,
    body: {
      ...TASK,
      status_url: "https://x.example/functions/v1/videos/generations/tasks/proj_1?token=t%2B1",
      events_url:
        "https://x.example/functions/v1/videos/generations/tasks/proj_1/events?token=t%2B1",
      duplicate: false,
    },
  });
  await settled();
  assert.deepEqual(calls.map(({ name }) => name), [
    "read_model_aliases",
    "create_project",
    "read_video_task",
    "is_bell_deaf",
  ]);
});

Deno.test("the same request again is 200 with the first task as it stands, a key's other one 409", async () => {
  const again = aDoor({
    sql: {
      create_project: { ...CREATED, outcome: "duplicate", status: "generating" },
      read_video_task: { ...TASK, status: "processing", progress_percentage: 40 },
    },
  });
  const { status, body } = await again.post(REQUEST);
  assert.deepEqual([status, body.status, body.duplicate], [200, "processing", true]);

  const other = aDoor({ sql: { create_project: { ...CREATED, outcome: "conflict" } } });
  assert.equal((await other.post(REQUEST, { "Idempotency-Key": "k" })).status, 409);
});

Deno.test("Bearer, a signature and Standard Webhooks let in; nothing else does", async () => {
  const { ask, post } = aDoor();
  const body = JSON.stringify(REQUEST);

  assert.equal((await post(REQUEST)).status, 202);
  assert.equal(
    (await ask("/generations/async", { method: "POST", body, headers: BEARER })).status,
    202,
  );
  const wrong: Record<string, string>[] = [{}, { authorization: "Bearer other" }];
  for (const headers of wrong) {
    const refused = await ask("/generations/async", { method: "POST", body, headers });
    assert.deepEqual(refused, { status: 401, body: { error: "Invalid signature" } });
  }
  const none = aDoor({ env: {} });
  assert.equal((await none.post(REQUEST)).status, 503);
});

Deno.test("what is wrong is 400 with the field, and a webhook_url needs a signing secret", async () => {
  const { post, calls } = aDoor();
  const refused = await post({ ...REQUEST, prompt: undefined });
  assert.deepEqual([refused.status, refused.body.issues[0].path], [400, "prompt"]);
  assert.ok(!calls.some(({ name }) => name === "create_project"));

  const unsigned = aDoor({ env: { WEBHOOK_SECRET: SECRET } });
  assert.equal((await unsigned.post(REQUEST)).status, 503);
  assert.equal((await unsigned.post({ ...REQUEST, webhook_url: null })).status, 202);
});

Deno.test("a task is read by its token or by credentials; both unknown are the same 404", async () => {
  const { ask, calls } = aDoor();
  assert.deepEqual(await ask("/generations/tasks/proj_1?token=t"), { status: 200, body: TASK });
  assert.deepEqual(await ask("/generations/tasks/proj_1", { headers: BEARER }), {
    status: 200,
    body: TASK,
  });
  assert.deepEqual(calls.map(({ args }) => [args.p_token, args.p_trusted]), [
    ["t", false],
    [null, true],
  ]);
  assert.equal((await ask("/generations/tasks/proj_1")).status, 401);

  const none = aDoor({ sql: { read_video_task: null } });
  const expected = { status: 404, body: { error: "Not found" } };
  assert.deepEqual(await none.ask("/generations/tasks/proj_9?token=t"), expected);
  assert.deepEqual(await none.ask("/generations/tasks/proj_9", { headers: BEARER }), expected);
  assert.deepEqual(await none.ask("/generations/tasks/a%00?token=t"), expected);
});

Deno.test("a task's token opens it, and its events, beside an Authorization of somebody else's", async () => {
  const over = { task: { ...TASK, status: "completed" }, events: [] };
  const { app, ask, calls } = aDoor({ sql: { read_video_events: over } });
  const headers = { authorization: "Bearer sb_publishable_1" };

  assert.equal((await ask("/generations/tasks/proj_1?token=t", { headers })).status, 200);
  const stream = await app.request("/videos/generations/tasks/proj_1/events?token=t", { headers });
  assert.match(await stream.text(), /event: task/);
  assert.ok(calls.every(({ args }) => args.p_token === "t" && args.p_trusted === false));

  const none = aDoor({ sql: { read_video_events: null } });
  assert.equal((await none.ask("/generations/tasks/proj_9/events?token=t")).status, 404);
});

Deno.test("DELETE cancels, by credentials alone: finished is 409, unknown 404", async () => {
  const init = { method: "DELETE", headers: BEARER };
  const { ask } = aDoor();
  const { status, body } = await ask("/generations/tasks/proj_1", init);
  assert.deepEqual([status, body.status, body.error], [200, "cancelled", "Cancelled"]);
  assert.equal((await ask("/generations/tasks/proj_1?token=t", { method: "DELETE" })).status, 401);

  for (const [code, expected] of [["RL404", 404], ["RL409", 409], ["XX000", 500]] as const) {
    const { ask } = aDoor({ sql: { cancel_video_task: new DatabaseError("no", code, false) } });
    assert.equal((await ask("/generations/tasks/proj_1", init)).status, expected, code);
  }
});

Deno.test("events are streamed to whoever may read the task", async () => {
  const { app, calls } = aDoor({
    sql: { read_video_events: { task: { ...TASK, status: "failed", error: "No" }, events: [] } },
  });
  const path = "/videos/generations/tasks/proj_1/events";

  const answer = await app.request(`${path}?token=t`);
  assert.deepEqual(
    [answer.status, answer.headers.get("content-type")],
    [200, "text/event-stream"],
  );
  assert.match(await answer.text(), /event: task\ndata: .*"failed"/);
  assert.deepEqual([calls[0]?.args.p_token, calls[0]?.args.p_trusted], ["t", false]);
  const last = { ...BEARER, "last-event-id": "7-failed" };
  assert.equal((await app.request(path, { headers: last })).status, 204);
  assert.deepEqual([calls.at(-1)?.args.p_after, calls.at(-1)?.args.p_trusted], [7, true]);
  assert.equal((await app.request(path)).status, 401);
});

Deno.test("who may read no task's events uses up nobody's requests", async () => {
  const env = { ...ENV, RATE_LIMIT_WEBHOOK: "1" };
  const { ask, post, calls, settled } = aDoor({
    env,
    sql: { read_video_events: null, count_requests: [] },
  });
  for (let guess = 0; guess < 5; guess++) {
    const { status } = await ask(`/generations/tasks/proj_1/events?token=${guess}`);
    assert.equal(status, 404);
  }
  await settled();
  assert.deepEqual(calls.filter(({ name }) => name === "count_requests"), []);

  assert.equal((await post(REQUEST)).status, 202);
  await settled();
});

Deno.test("readers of events are limited as senders of jobs are", async () => {
  const { app, post, settled } = aDoor({
    env: { ...ENV, RATE_LIMIT_WEBHOOK: "2" },
    sql: {
      read_video_events: { task: { ...TASK, status: "completed" }, events: [] },
      count_requests: [],
      count_limit_hits: null,
    },
  });
  const path = "/videos/generations/tasks/proj_1/events?token=t";
  const statuses = [];
  for (let reader = 0; reader < 3; reader++) {
    const answer = await app.request(path);
    await answer.text();
    statuses.push(answer.status);
  }

  assert.deepEqual(statuses, [200, 200, 429]);
  assert.equal((await post(REQUEST)).status, 429);
  await settled();
});

Deno.test("a wrong method is 405 on every path that there is, and there are no others", async () => {
  const { ask } = aDoor();
  const paths = [
    "",
    "/generations/async",
    "/generations/tasks/proj_1",
    "/generations/tasks/p/events",
  ];
  for (const path of paths) {
    const { status, body } = await ask(path, { method: "PUT", headers: BEARER });
    assert.deepEqual([status, body], [405, { error: "Method not allowed" }], path);
  }
  assert.equal((await ask("/generations", { headers: BEARER })).status, 404);
});

Deno.test("a HEAD of a stream takes nobody's place, however often it is asked", async () => {
  const over = { task: { ...TASK, status: "completed" }, events: [] };
  const { app } = aDoor({ sql: { read_video_events: over } });
  const path = "/videos/generations/tasks/proj_1/events?token=t";
  for (let i = 0; i < 101; i++) {
    const answer = await app.request(path, { method: "HEAD" });
    assert.deepEqual(
      [answer.status, answer.headers.get("content-type"), answer.body],
      [200, "text/event-stream", null],
    );
  }
  assert.match(await (await app.request(path)).text(), /event: task/);
});
