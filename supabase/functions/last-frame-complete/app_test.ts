import assert from "node:assert/strict";
import { handMadeWorld, NOTHING_CHANGED, signedPost } from "../_shared/testing/hand_made_world.ts";
import { createLastFrameComplete } from "./app.ts";

async function post(body: Record<string, unknown>) {
  const { deps } = handMadeWorld({
    env: { LAST_FRAME_WEBHOOK_SECRET: "s3cret" },
    sql: {
      receive_callback: { ...NOTHING_CHANGED, scene_updated: true, next_scene_triggered: true },
      is_bell_deaf: false,
    },
  });
  const answer = await createLastFrameComplete(deps)
    .request("/last-frame-complete", signedPost(JSON.stringify(body), "s3cret"));
  return { status: answer.status, body: await answer.json() };
}

const ANSWER = {
  received: true,
  status: "completed",
  scene_updated: true,
  next_scene_triggered: true,
  outcome: "applied",
};

Deno.test("last-frame-complete answers what the callback caused", async () => {
  const frame = "https://cdn.example.com/last.jpg";
  const { status, body } = await post({ task_id: "t", status: "completed", last_frame_url: frame });

  assert.equal(status, 200);
  assert.deepEqual(body, ANSWER);
});

Deno.test("last-frame-complete adds success for the older form", async () => {
  const result = { output_url: "https://cdn.example.com/film.mp4" };
  const { body } = await post({
    job_id: "j",
    status: "completed",
    service: "video-stitch",
    result,
  });

  assert.deepEqual(body, { success: true, ...ANSWER });
});
