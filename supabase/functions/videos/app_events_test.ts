import assert from "node:assert/strict";
import { aDoor, BEARER, ENV, REQUEST, TASK } from "./door_fixture.ts";

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
