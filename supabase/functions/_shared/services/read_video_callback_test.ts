import assert from "node:assert/strict";
import type { ReadCallback } from "../callback_door.ts";
import { readVideoCallback } from "./read_video_callback.ts";

/** What a video service posts in its own form. */
const OWN_FORM = {
  task_id: "task_1_abc",
  status: "completed",
  scene_id: "scene_001",
  project_id: "proj_xyz",
  video_url: "https://cdn.example.com/videos/scene_001.mp4",
  thumbnail_url: "https://cdn.example.com/thumbnails/scene_001.jpg",
  duration: 5.0,
  fps: 24,
  width: 1920,
  height: 1080,
  quality_score: 8.5,
  metadata: { model: "some-model", processing_time: 45.2 },
  timestamp: "2025-10-04T10:30:00.000Z",
};
/** What video generation APIs post; by status they differ in a few fields. */
const API_FORM = {
  task_id: "550e8400-e29b-41d4-a716-446655440000",
  timestamp: "2024-01-20T15:30:45.123Z",
  model: "minimax-video",
  prompt: "A serene mountain landscape with clouds",
};

function read(body: unknown): Extract<ReadCallback, { type: string }> {
  const callback = readVideoCallback(body);
  assert.ok("type" in callback, JSON.stringify(callback));
  return callback;
}

Deno.test("a service's own form is read with every measure of the clip", () => {
  assert.deepEqual(read(OWN_FORM), {
    type: "task.completed",
    status: "completed",
    result: {
      state: "completed",
      request_id: "task_1_abc",
      scene_id: "scene_001",
      project_id: "proj_xyz",
      output: {
        video_url: OWN_FORM.video_url,
        thumbnail_url: OWN_FORM.thumbnail_url,
        duration: 5,
        fps: 24,
        width: 1920,
        height: 1080,
        quality_score: 8.5,
      },
      error: null,
      progress: null,
      metadata: OWN_FORM.metadata,
    },
  });
});

Deno.test("a video API's completion is read without scene and measures", () => {
  const { type, result } = read({
    ...API_FORM,
    status: "completed",
    webhook_type: "video_generation_completed",
    video_url: "https://cdn.example.com/videos/generated-video.mp4",
    generation_duration_seconds: 45.5,
  });

  assert.equal(type, "task.completed");
  assert.equal(result.request_id, API_FORM.task_id);
  assert.equal(result.scene_id, null);
  assert.deepEqual(result.output, {
    video_url: "https://cdn.example.com/videos/generated-video.mp4",
  });
});

Deno.test("what it cost is read where the service says so", () => {
  assert.equal(read({ ...OWN_FORM, cost_usd: 0.35 }).result.output.cost_usd, 0.35);
  assert("issues" in readVideoCallback({ ...OWN_FORM, cost_usd: -1 }));
});

Deno.test("a failure's reason is read as a sentence and as an object with one, and is final", () => {
  const why = "Insufficient credits for video generation";

  for (const error of [why, { message: why, code: 402 }]) {
    const { type, status, result } = read({ ...API_FORM, status: "failed", error });
    assert.deepEqual({ type, status, state: result.state }, {
      type: "task.failed",
      status: "failed",
      state: "failed",
    });
    assert.deepEqual(result.error, { message: why, retryable: false });
  }
  assert.equal(read({ ...API_FORM, status: "failed" }).result.error?.message, "No reason given");
});

Deno.test("a failure is never refused for what stands in it beside its task", () => {
  for (const error of [{}, 7, ["a", { b: 1 }], false, { message: 7 }]) {
    const { result } = read({ ...API_FORM, status: "failed", error });
    assert.equal(result.error?.message, `No reason in words: ${JSON.stringify(error)}`);
  }
  const odd = { error: {}, message: "Out of memory", metadata: 3, duration: "5", scene_id: 1 };
  const { result } = read({ ...API_FORM, ...odd, status: "failed", video_url: "" });
  assert.deepEqual(
    [result.state, result.error?.message, result.scene_id],
    ["failed", "Out of memory", null],
  );
  const long = read({ ...API_FORM, status: "failed", error: ["x".repeat(9000)] });
  assert.equal(long.result.error?.message.length, 2000);
  const pictured = read({ ...API_FORM, status: "failed", error: `${"x".repeat(1999)}🎬🎬` });
  assert.equal(pictured.result.error?.message, "x".repeat(1999));
  assert("issues" in readVideoCallback({ ...API_FORM, status: "failed", task_id: 7 }));
});

Deno.test("a cancellation is one", () => {
  const error = "Video generation was cancelled by user request";
  const { type, result } = read({ ...API_FORM, status: "cancelled", error });

  assert.equal(type, "task.cancelled");
  assert.equal(result.state, "cancelled");
  assert.equal(result.error?.message, error);
});

Deno.test("progress is read under each of its words, and its status echoed", () => {
  for (const status of ["processing", "in_progress", "progress", "queued"]) {
    const callback = read({ ...API_FORM, status, progress_percentage: 50 });
    assert.equal(callback.type, "task.progress");
    assert.equal(callback.status, status);
    assert.equal(callback.result.state, "in_progress");
    assert.equal(callback.result.progress, 50);
  }
});

Deno.test("null is as absent", () => {
  const { result } = read({ ...OWN_FORM, scene_id: null, thumbnail_url: null, metadata: null });

  assert.equal(result.scene_id, null);
  assert.equal("thumbnail_url" in result.output, false);
  assert.deepEqual(result.metadata, {});
});

Deno.test("a file's scheme may be in capitals", () => {
  const video_url = "HTTPS://cdn.example.com/a.mp4";

  assert.equal(read({ ...OWN_FORM, video_url }).result.output.video_url, video_url);
});

Deno.test("a measure of 0 is none", () => {
  const { output } = read({ ...OWN_FORM, duration: 0, fps: 0, width: 0, height: 0 }).result;

  assert.deepEqual(Object.keys(output).toSorted(), ["quality_score", "thumbnail_url", "video_url"]);
});

Deno.test("a thumbnail that cannot be had costs no clip", () => {
  for (const thumbnail_url of ["", "/thumbnails/1.jpg", 7, {}]) {
    const { output } = read({ ...OWN_FORM, thumbnail_url }).result;

    assert.equal(output.video_url, OWN_FORM.video_url);
    assert.equal("thumbnail_url" in output, false);
  }
});

Deno.test("missing fields and wrong types are said by their path", () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ task_id: undefined }, "task_id"],
    [{ task_id: "" }, "task_id"],
    [{ status: "finished" }, "status"],
    [{ video_url: undefined }, "video_url"],
    [{ video_url: null }, "video_url"],
    [{ video_url: "ftp://cdn.example.com/a.mp4" }, "video_url"],
    [{ duration: "5" }, "duration"],
    [{ metadata: "none" }, "metadata"],
    [{ scene_id: 1 }, "scene_id"],
  ];

  for (const [change, path] of wrong) {
    const callback = readVideoCallback({ ...OWN_FORM, ...change });
    assert.ok("issues" in callback, path);
    assert.deepEqual(callback.issues.map((issue) => issue.path), [path]);
  }
});
