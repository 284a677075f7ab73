import assert from "node:assert/strict";
import type { ReadCallback } from "../callback_door.ts";
import { readFrameCallback } from "./read_frame_callback.ts";

const OWN_FORM = {
  task_id: "task_1_def",
  status: "completed",
  scene_id: "scene_001",
  project_id: "proj_xyz",
  last_frame_url: "https://cdn.example.com/frames/scene_001_last.jpg",
  width: 1920,
  height: 1080,
  format: "jpeg",
  metadata: { extraction_time: 2.1, frame_number: 120 },
  timestamp: "2025-10-04T10:31:00.000Z",
};
const OLDER_FORM = {
  id: "7d0c2f2e-7d7b-4f60-a1ae-1a5f4d5e2b10",
  timestamp: "2025-10-04T10:31:00.000Z",
  job_id: "job_1",
  status: "completed",
  service: "video-stitch",
  result: { output_url: "https://example.com/stitched-video.mp4", duration: 120 },
  metadata: { project_id: "proj_xyz", user_id: "user_1", original_job_id: "job_0" },
};

function read(body: unknown): Extract<ReadCallback, { type: string }> {
  const callback = readFrameCallback(body);
  assert.ok("type" in callback, JSON.stringify(callback));
  return callback;
}

Deno.test("the frame service's own form is read with the frame's size", () => {
  const { type, source, result } = read(OWN_FORM);

  assert.equal(type, "extraction.completed");
  assert.equal(source, undefined);
  assert.equal(result.request_id, "task_1_def");
  assert.equal(result.scene_id, "scene_001");
  assert.deepEqual(result.output, {
    image_url: OWN_FORM.last_frame_url,
    width: 1920,
    height: 1080,
  });
});

Deno.test("a failed extraction is read and final", () => {
  const failed = { ...OWN_FORM, status: "failed", last_frame_url: null, error: "No video stream" };
  const { type, result } = read(failed);

  assert.equal(type, "extraction.failed");
  assert.deepEqual(result.error, { message: "No video stream", retryable: false });
});

Deno.test("a stitch job in the older form speaks for the stitch service and its project", () => {
  const { type, source, alsoAnswer, result } = read(OLDER_FORM);

  assert.equal(type, "processing.completed");
  assert.equal(source, "stitch");
  assert.deepEqual(alsoAnswer, { success: true });
  assert.equal(result.request_id, "job_1");
  assert.equal(result.project_id, "proj_xyz");
  assert.equal(result.by_project, true, "the ids of its jobs are its own");
  assert.deepEqual(result.output, {
    video_url: OLDER_FORM.result.output_url,
    duration: 120,
  });
  assert.deepEqual(result.metadata, OLDER_FORM.metadata);
});

Deno.test("another job in the older form brings a frame", () => {
  const url = "https://example.com/frame.jpg";
  const job = { ...OLDER_FORM, service: "last-frame", result: { output_url: url } };
  const { source, result } = read(job);

  assert.equal(source, "lastframe");
  assert.equal(result.by_project, undefined);
  assert.deepEqual(result.output, { image_url: url });
});

Deno.test("a failed job is final, its reason within the result or beside it", () => {
  for (
    const why of [{ result: { error: "Out of disk" } }, { result: null, error: "Out of disk" }]
  ) {
    const { type, result } = read({ ...OLDER_FORM, status: "failed", ...why });
    assert.equal(type, "processing.failed");
    assert.deepEqual(result.error, { message: "Out of disk", retryable: false });
    assert.deepEqual(result.output, {});
  }
});

Deno.test("missing fields and wrong types are said by their path, in either form", () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ ...OWN_FORM, task_id: undefined }, "task_id"],
    [{ ...OWN_FORM, last_frame_url: undefined }, "last_frame_url"],
    [{ ...OWN_FORM, width: "wide" }, "width"],
    [{ ...OLDER_FORM, job_id: 7 }, "job_id"],
    [{ ...OLDER_FORM, result: {} }, "result.output_url"],
    [{ ...OLDER_FORM, result: { output_url: 3 } }, "result.output_url"],
    [{ ...OLDER_FORM, status: "ok" }, "status"],
  ];

  for (const [body, path] of wrong) {
    const callback = readFrameCallback(body);
    assert.ok("issues" in callback, path);
    assert.deepEqual(callback.issues.map((issue) => issue.path), [path]);
  }
});
