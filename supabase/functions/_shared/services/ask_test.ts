import assert from "node:assert/strict";
import { refusingUrl, withServer } from "../testing/loopback.ts";
import type { Answer } from "../transitions/steps.ts";
import { CASES, KEY, serviceDeps, VIDEO, workOf } from "./fixture.ts";
import { createServiceProvider } from "./provider.ts";

const OURS = { task_id: "task_1", scene_id: "scene_1", project_id: "proj_1" };
const ASKED = { request_id: "task_1" };

/** Asks a video service that says `body` about the task. */
function askAt(status: number, body: unknown): Promise<Answer> {
  return withServer(() => Response.json(body, { status }), async ({ url, seen }) => {
    const answer = await createServiceProvider(serviceDeps(url)).ask(workOf(VIDEO, ASKED));

    assert.equal(seen.length, 1, "asked exactly once");
    assert.equal(seen[0]?.method, "GET");
    return answer;
  });
}

Deno.test("each service is asked below its own path, and tells its result as its callback would", async () => {
  for (const one of CASES) {
    const body = { ...one.completed, task_id: "task_1", status: "completed", project_id: "proj_1" };
    await withServer(() => Response.json(body), async ({ url, seen }) => {
      const deps = serviceDeps(url, { service: one.service });

      const answer = await createServiceProvider(deps).ask(workOf(one, ASKED));

      assert.deepEqual(answer, { state: "completed", output: one.output });
      assert.equal(seen[0]?.path, `${one.service.tasksPath}/task_1`);
      assert.equal(seen[0]?.headers.get("authorization"), `Bearer ${KEY}`);
    });
  }
});

Deno.test("failed, cancelled and progress are told as they are", async () => {
  assert.deepEqual(await askAt(200, { ...OURS, status: "failed", error: "No credits" }), {
    state: "failed",
    error: { message: "No credits", retryable: false },
  });
  assert.deepEqual(await askAt(200, { ...OURS, status: "cancelled" }), { state: "cancelled" });
  assert.deepEqual(await askAt(200, { ...OURS, status: "processing", progress_percentage: 40 }), {
    state: "in_progress",
    progress: 40,
  });
  assert.deepEqual(await askAt(200, { ...OURS, status: "pending" }), { state: "in_progress" });
});

Deno.test("failed without an error has failed all the same", async () => {
  assert.deepEqual(await askAt(200, { ...OURS, status: "failed" }), {
    state: "failed",
    error: { message: "No reason given", retryable: false },
  });
});

Deno.test("a service without status routes is waited for, nothing more", async () => {
  for (const status of [404, 405, 501]) {
    assert.deepEqual(await askAt(status, { error: "Not found" }), {
      state: "unreachable",
      message: `Cannot ask the video service: it does not tell of this task (${status})`,
      away: false,
    });
  }
});

Deno.test("a refused key, an overload and a dead service teach nothing about the task", async () => {
  for (const status of [401, 403, 408, 429, 500, 503, 302]) {
    const answer = await askAt(status, {});
    assert.ok(answer.state === "unreachable" && answer.away === (status !== 302), `${status}`);
  }
  const dead = serviceDeps(refusingUrl());
  const answer = await createServiceProvider(dead).ask(workOf(VIDEO, ASKED));
  assert.ok(answer.state === "unreachable" && answer.away);
});

Deno.test("nonsense, success without a URL and an unknown status teach nothing", async () => {
  const video_url = "https://cdn.example.com/1.mp4";
  const bodies = [
    "nonsense",
    null,
    {},
    { ...OURS, status: "completed" },
    { ...OURS, status: "completed", video_url: "a clip" },
    { ...OURS, status: "done", video_url },
  ];
  for (const body of bodies) {
    const answer = await askAt(200, body);
    assert.equal(answer.state, "unreachable", JSON.stringify(body));
    const message = answer.state === "unreachable" ? answer.message : "";
    assert.match(message, /^Cannot ask the video service: its answer cannot be read \(.+\)$/);
  }
});

Deno.test("an answer about another task, scene or project is not about ours", async () => {
  const done = { ...OURS, status: "completed", video_url: "https://cdn.example.com/1.mp4" };
  for (const other of [{ task_id: "task_2" }, { scene_id: "scene_2" }, { project_id: "proj_2" }]) {
    assert.equal((await askAt(200, { ...done, ...other })).state, "unreachable");
  }
  const { task_id, status, video_url } = done;
  assert.equal((await askAt(200, { task_id, status, video_url })).state, "completed");
});

Deno.test("an id cannot lead the key to another path", async () => {
  await withServer(() => Response.json({}), async ({ url, seen }) => {
    const provider = createServiceProvider(serviceDeps(url));
    await provider.ask(workOf(VIDEO, { request_id: ".." }));
    await provider.ask(workOf(VIDEO, { request_id: "../../v1/frames?x#y" }));

    assert.deepEqual(seen.map(({ path }) => path), [
      "/v1/videos/generations/tasks/..%2F..%2Fv1%2Fframes%3Fx%23y",
    ]);
  });
});

Deno.test("a task without an id cannot be asked about", async () => {
  const provider = createServiceProvider(serviceDeps(refusingUrl()));

  assert.equal((await provider.ask(workOf(VIDEO))).state, "lost");
});
