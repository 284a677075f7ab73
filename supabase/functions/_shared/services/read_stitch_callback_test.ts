import assert from "node:assert/strict";
import { readStitchCallback } from "./read_stitch_callback.ts";

const FILM = "https://cdn.example.com/final/project_xyz.mp4";

Deno.test("a stitched film is read with its thumbnail and length", () => {
  const callback = readStitchCallback({
    task_id: "task_1",
    status: "completed",
    project_id: "proj_xyz",
    final_video_url: FILM,
    thumbnail_url: "https://cdn.example.com/thumb.jpg",
    duration: 120.5,
    total_scenes: 24,
  });

  assert.ok("type" in callback);
  assert.equal(callback.type, "stitch.completed");
  assert.equal(callback.result.project_id, "proj_xyz");
  assert.deepEqual(callback.result.output, {
    video_url: FILM,
    thumbnail_url: "https://cdn.example.com/thumb.jpg",
    duration: 120.5,
  });
});

Deno.test("a failed stitching is read and final", () => {
  const callback = readStitchCallback({
    task_id: "task_1",
    status: "failed",
    error: { message: "Clips differ in size" },
  });

  assert.ok("type" in callback);
  assert.equal(callback.type, "stitch.failed");
  assert.deepEqual(callback.result.error, { message: "Clips differ in size", retryable: false });
});

Deno.test("a completed stitching without a film is malformed", () => {
  assert.deepEqual(readStitchCallback({ task_id: "task_1", status: "completed" }), {
    issues: [{ path: "final_video_url", message: "Required where status is completed" }],
  });
});
