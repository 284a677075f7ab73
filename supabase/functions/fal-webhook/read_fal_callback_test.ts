import assert from "node:assert/strict";
import type { ReadCallback } from "../_shared/callback_door.ts";
import { readFalCallback } from "./read_fal_callback.ts";

const ID = "764cabcf-b745-4b3e-ae38-1200304cf45b";
const CLIP = "https://v3b.fal.media/files/b/x/output.mp4";

function read(body: Record<string, unknown>): Extract<ReadCallback, { type: string }> {
  const callback = readFalCallback({ request_id: ID, ...body });
  assert.ok("type" in callback, JSON.stringify(callback));
  return callback;
}

Deno.test("fal's OK is read with its result, where error stands there as null", () => {
  const { type, status, result } = read({
    gateway_request_id: ID,
    status: "OK",
    error: null,
    payload: { video: { url: CLIP, content_type: "video/mp4" }, seed: 196619188014358660 },
  });

  assert.equal(type, "generation.completed");
  assert.equal(status, "OK");
  assert.equal(result.state, "completed");
  assert.equal(result.request_id, ID);
  assert.deepEqual(result.output, { video_url: CLIP });
});

Deno.test("fal's OK without a payload says that the result is to be fetched", () => {
  const payload_error = "Response payload is not JSON serializable.";

  for (const body of [{ payload: null, payload_error }, { payload: null }, {}]) {
    const { type, result } = read({ status: "OK", ...body });
    assert.equal(type, "generation.completed");
    assert.equal(result.state, "unread");
  }
});

Deno.test("fal's OK with a result that holds no file is a failure for good", () => {
  const { type, result } = read({ status: "OK", payload: { seed: 1 } });

  assert.equal(type, "generation.failed");
  assert.deepEqual(result.error, {
    message: "fal's result has no file that we know how to read",
    retryable: false,
  });
});

Deno.test("fal's ERROR keeps the model's own words, listed or as a sentence", () => {
  const list = [{ loc: ["body", "prompt"], msg: "field required", type: "value_error.missing" }];
  const error = "Invalid status code: 422";

  assert.equal(
    read({ status: "ERROR", error, payload: { detail: list } }).result.error?.message,
    "Invalid status code: 422: prompt: field required",
  );
  assert.equal(
    read({ status: "ERROR", error, payload: { detail: "Face not found" } }).result.error?.message,
    "Invalid status code: 422: Face not found",
  );
  assert.equal(
    read({
      status: "ERROR",
      payload: { detail: "Request timed out", error_type: "request_timeout" },
    })
      .result.error?.message,
    "Request timed out",
  );
});

Deno.test("fal's ERROR without a payload is read from what is left", () => {
  const error = "Invalid status code: 404";
  const both = read({ status: "ERROR", error, payload: null, payload_error: "Not serializable" });
  const none = read({ status: "ERROR", payload: null, payload_error: "Not serializable" });

  assert.equal(both.result.error?.message, error);
  assert.equal(none.result.error?.message, "Not serializable");
  assert.equal(read({ status: "ERROR" }).result.error?.message, "No reason given");
});

Deno.test("fal's ERROR with a 4xx other than 408 and 429 is final, any other may pass", () => {
  const retryable = (body: Record<string, unknown>) =>
    read({ status: "ERROR", ...body }).result.error?.retryable;

  for (const status of [400, 401, 404, 422]) {
    assert.equal(retryable({ error: `Invalid status code: ${status}` }), false, `${status}`);
  }
  for (const status of [408, 429, 500, 502, 504]) {
    assert.equal(retryable({ error: `Unexpected status code: ${status}` }), true, `${status}`);
  }
  assert.equal(retryable({ error: "Something broke" }), true);
  assert.equal(retryable({ payload: { detail: "x", error_type: "runner_disconnected" } }), true);
  assert.equal(retryable({ payload: { detail: "x", error_type: "bad_request" } }), false);
});

Deno.test("a failure in any form is taken whatever its reason is, and quotes it", () => {
  const forms = (error: unknown): Record<string, unknown>[] => [
    { status: "ERROR", error, payload_error: 3, payload: "none" },
    { status: "FAILED", error },
    { status: "failed", error, metadata: 3, progress: "none" },
    { status: "failed", result: { error } },
    { status: "failed", result: [error] },
  ];

  for (const error of [{}, 7, ["a"], true]) {
    for (const body of forms(error)) {
      const { result } = read(body);
      assert.equal(result.state, "failed");
      assert.match(result.error?.message ?? "", /^No reason in words: /, JSON.stringify(body));
    }
  }
  assert.equal(
    read({ status: "FAILED", error: {} }).result.error?.message,
    "No reason in words: {}",
  );
});

Deno.test("a request that was cancelled at fal is cancelled", () => {
  const { type, result } = read({
    status: "ERROR",
    error: "Invalid status code: 499",
    payload: { detail: "Cancelled", error_type: "client_cancelled" },
  });

  assert.equal(type, "generation.cancelled");
  assert.equal(result.state, "cancelled");
});

Deno.test("the words of fal's queue are read as older workers post them, failures for good", () => {
  const completed = read({ status: "COMPLETED", response: { video: { url: CLIP } } });
  const failed = read({ status: "FAILED", error: { message: "Error description" } });

  assert.equal(completed.status, "COMPLETED");
  assert.deepEqual(completed.result.output, { video_url: CLIP });
  assert.equal(failed.type, "generation.failed");
  assert.deepEqual(failed.result.error, { message: "Error description", retryable: false });
  assert.equal(read({ status: "COMPLETED", response: null }).result.state, "unread");
});

Deno.test("images go to the project that their sender names in either form, videos to none", () => {
  const images = [{ url: "https://example.com/generated-image.jpg" }];
  const metadata = { project_id: "proj_1" };
  const videos = { video: { url: CLIP } };

  const image = [
    read({ status: "OK", payload: { images }, metadata }),
    read({ status: "completed", result: { images }, metadata }),
  ];
  const others = [
    read({ status: "OK", payload: { images } }),
    read({ status: "OK", payload: { images }, metadata: "proj_1" }),
    read({ status: "completed", result: { images }, metadata: { project_id: 7 } }),
    read({ status: "OK", payload: videos, metadata }),
    read({ status: "completed", result: videos, metadata }),
  ];

  assert.deepEqual(image.map(({ result }) => result.project_id), ["proj_1", "proj_1"]);
  assert.deepEqual(others.map(({ result }) => result.project_id), Array(5).fill(null));
});

Deno.test("the form with result and metadata is read in each of its states, failures for good", () => {
  const metadata = {
    job_id: "job_1",
    project_id: "proj_1",
    user_id: "user_1",
    generation_type: "image",
  };
  const images = [{ url: "https://example.com/generated-image.jpg", width: 1024, height: 1024 }];
  const completed = read({ status: "completed", result: { images }, metadata });
  const failed = read({ status: "failed", result: { error: "Refused" }, metadata });
  const going = read({ status: "in_progress", metadata });

  assert.deepEqual(completed.result.output.images, images);
  assert.deepEqual(completed.result.metadata, metadata);
  assert.equal(completed.result.project_id, "proj_1");
  assert.deepEqual(failed.result.error, { message: "Refused", retryable: false });
  assert.equal(going.type, "generation.progress");
  assert.equal(going.result.state, "in_progress");
});

Deno.test("the form with result takes a clip with its length", () => {
  const { result } = read({ status: "completed", result: { video: { url: CLIP, duration: 5 } } });

  assert.deepEqual(result.output, { video_url: CLIP, duration: 5 });
});

Deno.test("missing fields and wrong types are said by their path", () => {
  const wrong: [unknown, string][] = [
    [null, ""],
    [[], ""],
    ["OK", ""],
    [{ status: "OK" }, "request_id"],
    [{ request_id: 7, status: "OK" }, "request_id"],
    [{ request_id: "", status: "OK" }, "request_id"],
    [{ request_id: ID }, "status"],
    [{ request_id: ID, status: "DONE" }, "status"],
    [{ request_id: 7, status: "FAILED" }, "request_id"],
    [{ request_id: ID, status: "completed", result: "none" }, "result"],
    [{ request_id: ID, status: "completed", metadata: 3 }, "metadata"],
  ];

  for (const [body, path] of wrong) {
    const callback = readFalCallback(body);
    assert.ok("issues" in callback, path);
    assert.deepEqual(callback.issues.map((issue) => issue.path), [path]);
  }
});
