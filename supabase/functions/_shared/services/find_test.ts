import assert from "node:assert/strict";
import { refusingUrl, withServer } from "../testing/loopback.ts";
import { serviceDeps, VIDEO, workOf } from "./fixture.ts";
import { createServiceProvider } from "./provider.ts";

Deno.test("looking for a task posts the very same request under the same key", async () => {
  const answer = () => Response.json({ task_id: "task_1", status: "processing" });
  await withServer(answer, async ({ url, seen }) => {
    const provider = createServiceProvider(serviceDeps(url));
    await provider.submit(workOf(VIDEO));

    const found = await provider.find(workOf(VIDEO));

    assert.equal(found.state, "found");
    const [submission] = found.state === "found" ? found.submissions : [];
    assert.equal(submission?.request_id, "task_1");
    const [first, second] = seen.map(({ method, path, body, headers }) => ({
      sent: `${method} ${path} ${body}`,
      key: headers.get("idempotency-key"),
    }));
    assert.deepEqual(second, first);
    assert.equal(second?.key, "att_1");
  });
});

Deno.test("another attempt has another key", async () => {
  const answer = () => Response.json({ task_id: "task_1", status: "processing" });
  await withServer(answer, async ({ url, seen }) => {
    await createServiceProvider(serviceDeps(url)).find(workOf(VIDEO, { attempt_id: "att_2" }));

    assert.equal(seen[0]?.headers.get("idempotency-key"), "att_2");
  });
});

Deno.test("a look-up that is refused says nothing about the first post", async () => {
  const away = [401, 429, 500, 502];
  for (const status of [400, 404, 409, 422, ...away]) {
    await withServer(() => new Response("no", { status }), async ({ url }) => {
      const found = await createServiceProvider(serviceDeps(url)).find(workOf(VIDEO));

      assert.ok(found.state === "unreachable", `${status}`);
      assert.equal(found.away, away.includes(status), `${status}`);
    });
  }
  const found = await createServiceProvider(serviceDeps(refusingUrl())).find(workOf(VIDEO));
  assert.ok(found.state === "unreachable" && found.away);
});
