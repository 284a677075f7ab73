import assert from "node:assert/strict";
import { createFalClient } from "@fal-ai/client";
import { ask, IMAGE_MODEL, TEXT_MODEL, withFal } from "./fal_fixture.ts";

const INPUT = { prompt: "a lighthouse", duration: "5" };

Deno.test("fal refuses a call without a key, and one with a key it does not know", async () => {
  await withFal(async ({ fal, post }) => {
    for (const key of ["", "Bearer id:secret", "Key other"]) {
      const response = await post(TEXT_MODEL, INPUT, key);
      assert.equal(response.status, 401, key);
    }
    assert.equal(fal.requests.length, 0);
  }, { keys: ["id:secret"] });
});

Deno.test("fal answers 404 for an endpoint that it does not have", async () => {
  await withFal(async ({ post }) => {
    const response = await post("fal-ai/kling-video/v9/image-to-video", INPUT);
    assert.equal(response.status, 404);
    assert.deepEqual(await response.json(), {
      detail: 'Application "fal-ai/kling-video" not found',
    });
  });
});

Deno.test("fal takes nothing when an input is wrong and says which field in its own words", async () => {
  await withFal(async ({ fal, post }) => {
    const wrong: [string, unknown, string, string][] = [
      [IMAGE_MODEL, { prompt: "x" }, "image_url", "missing"],
      [TEXT_MODEL, { prompt: "x", duration: "7" }, "duration", "literal_error"],
      [TEXT_MODEL, { prompt: "x", duration: 5 }, "duration", "literal_error"],
      [TEXT_MODEL, { prompt: 3 }, "prompt", "string_type"],
      [
        "fal-ai/kling-video/v2.6/pro/image-to-video",
        {
          prompt: "x",
          image_url: "http://127.0.0.1/i.png",
        },
        "start_image_url",
        "missing",
      ],
      ["fal-ai/ffmpeg-api/merge-videos", { video_urls: ["http://a/b"] }, "video_urls", "too_short"],
    ];
    for (const [endpoint, input, field, type] of wrong) {
      const response = await post(endpoint, input);
      const { detail: [first] } = await response.json();
      assert.equal(response.status, 422, field);
      assert.deepEqual([first.loc, first.type], [["body", field], type]);
    }
    assert.equal(fal.requests.length, 0);
  });
});

Deno.test("fal can leave a wrong input to the model, which says so in the webhook", async () => {
  await withFal(async ({ submit, delivery }) => {
    await submit(TEXT_MODEL, { duration: "5" });
    const { status, error, payload } = JSON.parse((await delivery(1)).text);
    assert.deepEqual([status, error], ["ERROR", "Invalid status code: 422"]);
    assert.deepEqual(payload.detail[0].loc, ["body", "prompt"]);
  }, { validate: "at_run" });
});

Deno.test("fal names owner and app alone in the URLs that it gives, and refuses longer ones", async () => {
  await withFal(async ({ fal, submit }) => {
    fal.behave({ stuck: true });
    const { request_id, status_url, response_url, cancel_url } = await submit(TEXT_MODEL, INPUT);
    const base = `${fal.queueUrl}/fal-ai/kling-video/requests/${request_id}`;
    assert.deepEqual(
      [response_url, status_url, cancel_url],
      [`${base}/response`, `${base}/status`, `${base}/cancel`],
    );
    assert.equal((await ask(status_url)).code, 202);
    assert.equal((await ask(response_url)).code, 400);
    const tooLong = `${fal.queueUrl}/${TEXT_MODEL}/requests/${request_id}/status`;
    assert.equal((await ask(tooLong)).code, 405);
    assert.equal((await ask(`${fal.queueUrl}/fal-ai/veo3/requests/${request_id}`)).code, 404);
  });
});

Deno.test("fal cancels what is live, once, and knows nothing of other ids", async () => {
  await withFal(async ({ fal, submit, deliveries }) => {
    fal.behave({ stuck: true });
    const { request_id, cancel_url, status_url, response_url } = await submit(TEXT_MODEL, INPUT);
    assert.equal(fal.liveRequests().length, 1);
    assert.deepEqual(await ask(cancel_url, "PUT"), {
      code: 202,
      body: { status: "CANCELLATION_REQUESTED" },
    });
    await fal.ended(request_id);

    assert.deepEqual([fal.liveRequests(), fal.bill(), deliveries], [[], [], []]);
    assert.deepEqual(await ask(cancel_url, "PUT"), {
      code: 400,
      body: { status: "ALREADY_COMPLETED" },
    });
    const { body } = await ask(status_url);
    assert.deepEqual([body.status, body.error_type], ["COMPLETED", "client_cancelled"]);
    assert.equal((await ask(response_url)).code, 499);
    const unknown = cancel_url.replace(request_id, crypto.randomUUID());
    assert.deepEqual(await ask(unknown, "PUT"), { code: 404, body: { status: "NOT_FOUND" } });
  });
});

Deno.test("fal's own client gets a film out of the queue", async () => {
  await withFal(async ({ fal }) => {
    const client = createFalClient({
      credentials: "id:secret",
      requestMiddleware: (request) =>
        Promise.resolve({
          ...request,
          url: request.url.replace("https://queue.fal.run", fal.queueUrl),
        }),
    });
    const { request_id } = await client.queue.submit(TEXT_MODEL, {
      input: { prompt: "a lighthouse" },
    });
    await fal.ended(request_id);
    const of = { requestId: request_id };
    assert.equal((await client.queue.status(TEXT_MODEL, of)).status, "COMPLETED");
    const { data } = await client.queue.result(TEXT_MODEL, of);
    assert.ok(data.video.url.startsWith(`${fal.mediaUrl}/`));
    assert.equal(fal.requests[0]?.headers["x-fal-queue-priority"], "normal");
  });
});
