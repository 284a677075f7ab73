import assert from "node:assert/strict";
import { handMadeWorld, NOTHING_CHANGED, signedPost } from "../_shared/testing/hand_made_world.ts";
import { createStitchComplete } from "./app.ts";

const FILM = "https://cdn.example.com/final/project_xyz.mp4";
const BODY = {
  task_id: "task_1_ghi",
  status: "completed",
  project_id: "proj_xyz",
  final_video_url: FILM,
  thumbnail_url: "https://cdn.example.com/final/project_xyz_thumb.jpg",
  duration: 120.5,
  total_scenes: 24,
  file_size: 524288000,
  format: "mp4",
  resolution: "1920x1080",
  metadata: { processing_time: 180.5 },
  timestamp: "2025-10-04T10:45:00.000Z",
};

function aDoor() {
  const world = handMadeWorld({
    env: { STITCH_WEBHOOK_SECRET: "s3cret" },
    sql: {
      receive_callback: {
        ...NOTHING_CHANGED,
        project_updated: true,
        user_notified: true,
        final_video_url: FILM,
      },
      is_bell_deaf: false,
    },
  });
  return { ...world, app: createStitchComplete(world.deps) };
}

Deno.test("stitch-complete answers with the film and whether the user is being told", async () => {
  const { app } = aDoor();

  const answer = await app.request("/stitch-complete", signedPost(JSON.stringify(BODY), "s3cret"));

  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), {
    received: true,
    status: "completed",
    project_updated: true,
    user_notified: true,
    final_video_url: FILM,
    outcome: "applied",
  });
});

Deno.test("stitch-complete lets an address fail 50 times a minute", async () => {
  const { app } = aDoor();
  const wrong = signedPost("{}", "another");

  for (let i = 0; i < 50; i++) {
    assert.equal((await app.request("/stitch-complete", wrong)).status, 401);
  }
  assert.equal((await app.request("/stitch-complete", wrong)).status, 429);
});
