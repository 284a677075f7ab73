import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { aDoor, BEARER, CREATED, REQUEST, SECRET, TASK } from "./door_fixture.ts";

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

Deno.test("a request's trace is kept with the film, and goes back with what is posted", async () => {
  const { post, calls } = aDoor();
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await post({ ...REQUEST, webhook_headers: { "X-Kept": "1" } }, { traceparent });

  const job = calls.find(({ name }) => name === "create_project")?.args.p_job;
  assert.match(JSON.stringify(job), new RegExp(`"metadata":{"traceparent":"${traceparent}"}`));
  assert.match(
    JSON.stringify(job),
    new RegExp(`"webhook_headers":{"X-Kept":"1","traceparent":"${traceparent}"}`),
  );
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
