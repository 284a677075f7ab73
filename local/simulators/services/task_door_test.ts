import assert from "node:assert/strict";
import { startVideoService } from "./server.ts";
import { withService } from "./service_fixture.ts";

const PATH = "/v1/videos/generations/async";
const TASKS = "/v1/videos/generations/tasks";
const CLIP = { model: "minimax-video", prompt: "It runs", duration: 1, project_id: "proj_1" };

Deno.test("a service lets nobody in without its key", async () => {
  await withService(startVideoService, async ({ call, service }) => {
    for (const auth of ["", "Bearer other", "Key service-key"]) {
      assert.equal((await call("POST", PATH, { body: CLIP, key: "att_1", auth })).code, 401);
      assert.equal((await call("GET", `${TASKS}/x`, { auth })).code, 401);
    }
    assert.equal(service.tasks.length, 0);
  });
});

Deno.test("a service takes nothing that is incomplete", async () => {
  await withService(startVideoService, async ({ call, service }) => {
    const wrong = [{ prompt: "x" }, { model: "m" }, { ...CLIP, size: "wide" }, {
      ...CLIP,
      duration: "5",
    }, { ...CLIP, image_url: "file:///etc/passwd" }];
    for (const body of wrong) {
      assert.equal((await call("POST", PATH, { body, key: "att_1" })).code, 422);
    }
    assert.equal((await call("POST", PATH, { body: "text", key: "att_1" })).code, 400);
    assert.equal((await call("POST", PATH, { body: CLIP })).code, 400, "without a key");
    assert.equal(service.tasks.length, 0);
  });
});

Deno.test("the same key is the same task, however often it is posted", async () => {
  await withService(startVideoService, async ({ call, service }) => {
    service.behave({ slowMs: 20 });
    const posts = await Promise.all(
      [1, 2, 3].map(() => call("POST", PATH, { body: CLIP, key: "att_1" })),
    );
    const ids = new Set(posts.map(({ body }) => body.task_id));
    assert.equal(ids.size, 1);
    assert.deepEqual(posts.map(({ code }) => code).sort(), [200, 200, 202]);

    const [id] = ids;
    await service.ended(String(id));
    const again = await call("POST", PATH, { body: CLIP, key: "att_1" });
    assert.deepEqual(again.body, { task_id: id, status: "completed" });
    assert.deepEqual(service.bill().map(({ key }) => key), ["att_1"]);

    const other = await call("POST", PATH, { body: { ...CLIP, duration: 2 }, key: "att_1" });
    assert.equal(other.code, 422);
  });
});

Deno.test("a task's status is told in the words of its callback", async () => {
  await withService(startVideoService, async ({ call, service, webhookUrl, callbacks }) => {
    service.behave({ slowMs: 20 });
    const body = { ...CLIP, webhook_url: webhookUrl };
    const { body: { task_id } } = await call("POST", PATH, { body, key: "att_1" });
    await callbacks.next();
    const early = await call("GET", `${TASKS}/${task_id}`);
    assert.deepEqual([early.body.status, early.body.progress], ["in_progress", 25]);

    await service.ended(String(task_id));
    const last = JSON.parse(callbacks.all.at(-1)?.text ?? "");
    assert.deepEqual((await call("GET", `${TASKS}/${task_id}`)).body, last);
    assert.equal(last.status, "completed");
    assert.equal((await call("GET", `${TASKS}/task_x`)).code, 404);
  });
});

Deno.test("a task is cancelled once, tells so, and is not paid for", async () => {
  await withService(startVideoService, async ({ call, service, webhookUrl, callbacks }) => {
    service.behave({ stuck: true });
    const body = { ...CLIP, webhook_url: webhookUrl };
    const { body: { task_id } } = await call("POST", PATH, { body, key: "att_1" });
    await callbacks.next();
    assert.equal(service.liveTasks().length, 1);

    const cancelled = await call("DELETE", `${TASKS}/${task_id}`);
    assert.deepEqual([cancelled.code, cancelled.body.status], [202, "cancelled"]);
    await service.ended(String(task_id));
    const [last] = callbacks.all.slice(-1);
    assert.equal(JSON.parse(last?.text ?? "").status, "cancelled");
    assert.equal((await call("DELETE", `${TASKS}/${task_id}`)).code, 409);
    assert.equal((await call("DELETE", `${TASKS}/task_x`)).code, 404);
    assert.deepEqual([service.liveTasks(), service.bill()], [[], []]);
  });
});

Deno.test("a service can refuse, answer nonsense, hang up and be dead", async () => {
  await withService(startVideoService, async ({ call, service }) => {
    service.behave({ fail: "enough" });
    const post = (key: string) => call("POST", PATH, { body: CLIP, key });

    service.behave({ refuse: { status: 503, headers: { "retry-after": "3" } }, times: 1 });
    assert.equal((await post("att_1")).code, 503);
    service.behave({ cut: "before", times: 1 });
    await assert.rejects(post("att_2"));
    assert.equal(service.tasks.length, 0, "nothing was taken so far");

    service.behave({ cut: "after", times: 1 });
    await assert.rejects(post("att_3"));
    service.behave({ answer: { status: 200, body: "<html>" }, times: 1 });
    assert.deepEqual(await post("att_4"), { code: 200, body: { text: "<html>" } });
    assert.deepEqual(service.tasks.map(({ key }) => key), ["att_3", "att_4"]);

    await service.refuse();
    await assert.rejects(post("att_5"));
    await service.accept();
    assert.equal((await post("att_5")).code, 202);
  });
});
