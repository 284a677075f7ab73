import assert from "node:assert/strict";
import { JobFields } from "./job_fields.ts";
import { type Planning, planScenes } from "./plan_scenes.ts";

const IMAGE = "https://cdn.example.com/shoe.png";
const DRIVER = "https://cdn.example.com/dance.mp4";
const SERVICE = { hasVideoService: true };

function plan(scene: Record<string, unknown>, planning?: Planning, job = {}) {
  const scenes = [{ prompt: "1", ...scene }];
  return planScenes(JobFields.parse({ video_id: "v", user_id: "u", ...job, scenes }), planning);
}

function clips(scene: Record<string, unknown>, planning?: Planning) {
  const planned = plan(scene, planning);
  assert.ok("scenes" in planned, JSON.stringify(planned));
  return (planned.scenes[0]?.chunks ?? []).map(({ model, duration }) => [model, duration]);
}

function refusal(scene: Record<string, unknown>, planning?: Planning) {
  const planned = plan(scene, planning);
  assert.ok("issues" in planned, JSON.stringify(planned));
  return planned.issues.map(({ path, message }) => `${path}: ${message}`);
}

Deno.test("a scene longer than its model's longest clip is several clips, chained", () => {
  const kling = "fal-ai/kling-video/v2.5-turbo/pro";

  assert.deepEqual(clips({ image_url: IMAGE, duration: 25 }), [
    [`${kling}/image-to-video`, 10],
    [`${kling}/image-to-video`, 10],
    [`${kling}/image-to-video`, 5],
  ]);
  assert.deepEqual(clips({ duration: 15 }), [
    [`${kling}/text-to-video`, 10],
    [`${kling}/image-to-video`, 5],
  ], "what continues the first clip starts from its last frame");
});

Deno.test("a model of one length takes several of it, which are known for what is put under them", () => {
  const scene = { model: "minimax-video", image_url: IMAGE };

  assert.deepEqual(clips({ ...scene, duration: 12 }), [
    ["fal-ai/minimax/video-01/image-to-video", 6],
    ["fal-ai/minimax/video-01/image-to-video", 6],
  ]);
  assert.deepEqual(clips(scene), [["fal-ai/minimax/video-01/image-to-video", null]]);
});

Deno.test("a length that no sum of offers makes lists what is offered", () => {
  const model = "fal-ai/kling-video/v2.5-turbo/pro/text-to-video";

  assert.deepEqual(refusal({ duration: 13 }), [
    `scenes.0.duration: ${model} offers 5, 10 seconds, and whole sums of them up to 600`,
  ]);
  assert.equal(clips({ duration: 600 }).length, 60);
  assert.equal(refusal({ duration: 605 }).length, 1);
});

Deno.test("a clip that follows a sound track is one", () => {
  const scene = { model: "wan-2.5", image_url: IMAGE, duration: 20 };

  assert.equal(clips(scene).length, 2);
  assert.match(refusal({ ...scene, audio_url: DRIVER })[0] ?? "", /^scenes.0.duration: .*one clip/);
  assert.equal(clips({ ...scene, audio_url: DRIVER }, SERVICE).length, 2, "put under both later");
});

Deno.test("a driver video for a model that follows none is refused, sound is kept for later", () => {
  assert.deepEqual(refusal({ driver_video_url: DRIVER }), [
    "scenes.0.driver_video_url: " +
    "fal-ai/kling-video/v2.5-turbo/pro/text-to-video follows no driver video",
  ]);
  const planned = plan({ audio_url: "https://cdn.example.com/voice.mp3" });
  assert.ok("scenes" in planned);
  assert.equal(planned.scenes[0]?.chunks[0]?.audio_url, "https://cdn.example.com/voice.mp3");
});

Deno.test("with a video service, names that fal does not have are passed on as they are", () => {
  assert.deepEqual(clips({ model: "runway-gen3-alpha" }, SERVICE), [["runway-gen3-alpha", 5]]);
  assert.deepEqual(
    clips({ model: "runway-gen3-alpha", duration: 60, driver_video_url: DRIVER }, SERVICE),
    [["runway-gen3-alpha", 60]],
  );
  for (const duration of [61, 2.5]) {
    assert.deepEqual(refusal({ model: "runway-gen3-alpha", duration }, SERVICE), [
      "scenes.0.duration: runway-gen3-alpha takes whole seconds from 1 to 60",
    ]);
  }
  assert.equal(refusal({ model: "runway-gen3-alpha" }).length, 1, "and without one, refused");
});

Deno.test("with a video service, a known name stays as the sender wrote it, with its seconds", () => {
  assert.deepEqual(clips({ model: "minimax-video", duration: 6 }, SERVICE), [["minimax-video", 6]]);
  assert.deepEqual(clips({ model: "minimax-video", duration: 12 }, SERVICE), [
    ["minimax-video", 6],
    ["minimax-video", 6],
  ]);
  assert.deepEqual(clips({}, SERVICE), [["fal-ai/kling-video/v2.5-turbo/pro/text-to-video", 5]]);
  assert.equal(refusal({ model: "minimax-video", duration: 7 }, SERVICE).length, 1);
});
