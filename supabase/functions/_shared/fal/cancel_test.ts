import assert from "node:assert/strict";
import type { CancelRequest } from "../provider.ts";
import { refusingUrl, type Seen, withServer } from "../testing/loopback.ts";
import type { Answer } from "../transitions/steps.ts";
import { falDeps, KEY, MODEL } from "./fixture.ts";
import { createFalProvider } from "./provider.ts";

const DONE = { state: "completed", output: {} };

function cancel(url: string, more: Partial<CancelRequest> = {}): Promise<Answer> {
  const request = {
    ...{ provider: "fal", request_id: "req_1", cancel_url: null, model: MODEL },
    about: {},
  };
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

Deno.test("cancelled and unknown mean done", async () => {
  for (const status of [200, 202, 404]) {
    const answer = await withServer(() => new Response("{}", { status }), ({ url }) => cancel(url));

    assert.deepEqual(answer, DONE, `${status}`);
  }
});

Deno.test("what was finished before it could be cancelled is asked for, and told of", async () => {
  const video_url = "https://media.test/clip.mp4";
  const answers: Record<string, () => Response> = {
    "/fal-ai/kling-video/requests/req_1/cancel": () =>
      Response.json({ status: "ALREADY_COMPLETED" }, { status: 400 }),
    "/fal-ai/kling-video/requests/req_1/status": () => Response.json({ status: "COMPLETED" }),
    "/fal-ai/kling-video/requests/req_1": () => Response.json({ video: { url: video_url } }),
  };
  const answer = ({ path }: Seen) => answers[path]?.() ?? new Response(null, { status: 500 });

  const told = await withServer(answer, ({ url }) => cancel(url));
  assert.deepEqual(told, { state: "completed", output: { made: { video_url } } });

  // What failed is not worth asking for, and what no model made is never made again.
  answers["/fal-ai/kling-video/requests/req_1"] = () => Response.json({}, { status: 422 });
  assert.deepEqual(await withServer(answer, ({ url }) => cancel(url)), DONE);
  const cancel_url = (url: string) => `${url}/fal-ai/kling-video/requests/req_1/cancel`;
  assert.deepEqual(
    await withServer(
      answer,
      ({ url }) => cancel(url, { model: null, cancel_url: cancel_url(url) }),
    ),
    DONE,
  );
  // Whether it was finished is not known yet.
  answers["/fal-ai/kling-video/requests/req_1/status"] = () => new Response("", { status: 503 });
  const busy = await withServer(answer, ({ url }) => cancel(url));
  assert.ok(busy.state === "failed" && busy.error.retryable);
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
