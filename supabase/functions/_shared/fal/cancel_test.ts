import assert from "node:assert/strict";
import type { CancelRequest } from "../provider.ts";
import { refusingUrl, withServer } from "../testing/loopback.ts";
import type { Answer } from "../transitions/steps.ts";
import { falDeps, KEY, MODEL } from "./fixture.ts";
import { createFalProvider } from "./provider.ts";

function cancel(url: string, more: Partial<CancelRequest> = {}): Promise<Answer> {
  const request = { provider: "fal", request_id: "req_1", cancel_url: null, model: MODEL };
  return createFalProvider(falDeps(url)).cancel({ ...request, ...more });
}

Deno.test("a request is cancelled by PUT at its own URL, else by owner and app", async () => {
  await withServer(() => new Response(null, { status: 202 }), async ({ url, seen }) => {
    await cancel(url, { cancel_url: `${url}/a/b/requests/req_1/cancel`, model: null });
    await cancel(url);

    assert.deepEqual(seen.map(({ method, path }) => `${method} ${path}`), [
      "PUT /a/b/requests/req_1/cancel",
      "PUT /fal-ai/kling-video/requests/req_1/cancel",
    ]);
    assert.equal(seen[0]?.headers.get("authorization"), `Key ${KEY}`);
  });
});

Deno.test("cancelled, finished already and unknown all mean done", async () => {
  for (const status of [200, 202, 400, 404]) {
    const answer = await withServer(() => new Response("{}", { status }), ({ url }) => cancel(url));

    assert.deepEqual(answer, { state: "completed", output: {} }, `${status}`);
  }
});

Deno.test("anything else is tried again", async () => {
  const answers = [
    await withServer(() => new Response("", { status: 503 }), ({ url }) => cancel(url)),
    await withServer(() => new Response("", { status: 429 }), ({ url }) => cancel(url)),
    await cancel(refusingUrl()),
  ];

  assert.ok(answers.every((answer) => answer.state === "failed" && answer.error.retryable));
});

Deno.test("the key is not shown to a cancel URL outside the queue", async () => {
  await withServer(() => new Response(), async (elsewhere) => {
    const answer = await cancel(refusingUrl(), { cancel_url: elsewhere.url, model: null });

    assert.equal(elsewhere.seen.length, 0);
    assert.ok(answer.state === "failed" && !answer.error.retryable);
  });
});

Deno.test("a request whose id was never known needs no cancelling", async () => {
  assert.deepEqual(await cancel(refusingUrl(), { request_id: null }), {
    state: "completed",
    output: {},
  });
});
