import assert from "node:assert/strict";
import { handMadeWorld, NOTHING_CHANGED, signedPost } from "../_shared/testing/hand_made_world.ts";
import { createVideoComplete } from "./app.ts";

Deno.test("video-complete answers what the callback caused and echoes its status", async () => {
  const { deps, calls } = handMadeWorld({
    env: { VIDEO_WEBHOOK_SECRET: "s3cret" },
    sql: {
      receive_callback: { ...NOTHING_CHANGED, scene_updated: true, last_frame_triggered: true },
      is_bell_deaf: false,
    },
  });
  const body = '{"task_id":"t1","status":"completed","video_url":"https://cdn.example.com/a.mp4"}';

  const answer = await createVideoComplete(deps)
    .request("/video-complete", signedPost(body, "s3cret"));

  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), {
    received: true,
    status: "completed",
    scene_updated: true,
    last_frame_triggered: true,
    outcome: "applied",
  });
  assert.equal(calls[0]?.name, "receive_callback");
});

Deno.test("video-complete answers 401 and records nothing when the signature does not match", async () => {
  const { deps, calls } = handMadeWorld({ env: { VIDEO_WEBHOOK_SECRET: "s3cret" } });

  const answer = await createVideoComplete(deps)
    .request("/video-complete", signedPost("{}", "another"));

  assert.equal(answer.status, 401);
  assert.deepEqual(calls, []);
});
