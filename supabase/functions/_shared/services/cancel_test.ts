import assert from "node:assert/strict";
import { refusingUrl, type Seen, withServer } from "../testing/loopback.ts";
import { CASES, KEY, serviceDeps } from "./fixture.ts";
import { createServiceProvider } from "./provider.ts";

const REQUEST = {
  provider: "video",
  request_id: "task_1",
  cancel_url: null,
  model: null,
  about: { scene_id: "scene_1", project_id: "proj_1" },
};
const DONE = { state: "completed", output: {} };

Deno.test("each service is told to stop below its own path", async () => {
  for (const { service } of CASES) {
    await withServer(() => new Response(null, { status: 202 }), async ({ url, seen }) => {
      const answer = await createServiceProvider(serviceDeps(url, { service })).cancel(REQUEST);

      assert.deepEqual(answer, DONE);
      assert.equal(`${seen[0]?.method} ${seen[0]?.path}`, `DELETE ${service.tasksPath}/task_1`);
      assert.equal(seen[0]?.headers.get("authorization"), `Bearer ${KEY}`);
    });
  }
});

Deno.test("cancelled, finished and unknown all mean that nothing runs there any more", async () => {
  for (const status of [200, 202, 204, 404, 409, 410]) {
    await withServer(() => new Response(null, { status }), async ({ url }) => {
      assert.deepEqual(await createServiceProvider(serviceDeps(url)).cancel(REQUEST), DONE);
    });
  }
});

Deno.test("what was finished before it could be cancelled is asked for, and told of", async () => {
  for (const { service, completed, output } of CASES) {
    const body = { ...completed, task_id: "task_1", status: "completed", project_id: "proj_1" };
    const answer = ({ method }: Seen) =>
      method === "DELETE" ? new Response(null, { status: 409 }) : Response.json(body);

    const told = await withServer(
      answer,
      ({ url }) => createServiceProvider(serviceDeps(url, { service })).cancel(REQUEST),
    );

    assert.deepEqual(told, { state: "completed", output: { made: output } }, service.name);
  }
});

Deno.test("what was finished under the same id for another film, or scene, is not this one's", async () => {
  for (const { service, completed } of CASES) {
    for (const another of [{ project_id: "proj_2" }, { scene_id: "scene_2" }]) {
      const body = { ...completed, task_id: "task_1", status: "completed", ...another };
      const answer = ({ method }: Seen) =>
        method === "DELETE" ? new Response(null, { status: 409 }) : Response.json(body);

      const told = await withServer(
        answer,
        ({ url }) => createServiceProvider(serviceDeps(url, { service })).cancel(REQUEST),
      );

      assert.deepEqual(told, DONE, service.name);
    }
  }
});

Deno.test("a service that cannot cancel is not asked again, one that is busy or dead is", async () => {
  for (const status of [405, 501, 401, 429, 500]) {
    await withServer(() => new Response(null, { status }), async ({ url }) => {
      assert.deepEqual(await createServiceProvider(serviceDeps(url)).cancel(REQUEST), {
        state: "failed",
        error: {
          message: `Cannot cancel at the video service: it answered ${status}`,
          retryable: status !== 405 && status !== 501,
        },
      });
    });
  }
  const answer = await createServiceProvider(serviceDeps(refusingUrl())).cancel(REQUEST);
  assert.equal(answer.state === "failed" && answer.error.retryable, true);
});

Deno.test("a request whose id was never received has nothing to cancel", async () => {
  const provider = createServiceProvider(serviceDeps(refusingUrl()));

  assert.deepEqual(await provider.cancel({ ...REQUEST, request_id: null }), DONE);
});
