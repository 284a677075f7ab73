import assert from "node:assert/strict";
import { JobFields } from "./job_fields.ts";
import { type Planning, planScenes } from "./plan_scenes.ts";

const IMAGE = "https://cdn.example.com/shoe.png";
const TO_VIDEO = "fal-ai/kling-video/v2.5-turbo/pro/image-to-video";
const FROM_TEXT = "fal-ai/kling-video/v2.5-turbo/pro/text-to-video";

function plan(fields: Record<string, unknown>, planning?: Planning) {
  return planScenes(JobFields.parse({ video_id: "v", user_id: "u", ...fields }), planning);
}

function scenes(fields: Record<string, unknown>, planning?: Planning) {
  const planned = plan(fields, planning);
  assert.ok("scenes" in planned, JSON.stringify(planned));
  return planned.scenes;
}

function issues(fields: Record<string, unknown>, planning?: Planning) {
  const planned = plan(fields, planning);
  assert.ok("issues" in planned, JSON.stringify(planned));
  return planned.issues;
}

Deno.test("a job without scenes is one scene of the default model and 5 seconds", () => {
  assert.deepEqual(scenes({ prompt: "A shoe", image_url: IMAGE }), [{
    prompt: "A shoe",
    image_url: IMAGE,
    continuity: "last_frame",
    metadata: {},
    chunks: [{
      model: TO_VIDEO,
      prompt: "A shoe",
      duration: 5,
      driver_video_url: null,
      audio_url: null,
    }],
  }]);
  assert.equal(scenes({ prompt: "A shoe" })[0]?.chunks[0]?.model, FROM_TEXT);
});

Deno.test("the first scene and every cut take the job's image, a chained one none", () => {
  const own = "https://cdn.example.com/own.png";
  const planned = scenes({
    image_url: IMAGE,
    scenes: [
      { prompt: "1" },
      { prompt: "2" },
      { prompt: "3", continuity: "cut" },
      { prompt: "4", continuity: "cut", image_url: own },
    ],
  });

  assert.deepEqual(planned.map(({ image_url }) => image_url), [IMAGE, null, IMAGE, own]);
  assert.deepEqual(planned.map(({ chunks }) => chunks[0]?.model), Array(4).fill(TO_VIDEO));
});

Deno.test("without any image the first scene is made from text, the chained ones from frames", () => {
  const planned = scenes({ scenes: [{ prompt: "1" }, { prompt: "2" }] });

  assert.deepEqual(planned.map(({ chunks }) => chunks[0]?.model), [FROM_TEXT, TO_VIDEO]);
});

Deno.test("a scene's own model goes before the job's", () => {
  const planned = scenes({
    image_url: IMAGE,
    model: "kling-2.1-master",
    scenes: [{ prompt: "1", model: "minimax-video", duration: 6 }, { prompt: "2" }],
  });

  assert.deepEqual(planned.map(({ chunks }) => chunks[0]?.model), [
    "fal-ai/minimax/video-01/image-to-video",
    "fal-ai/kling-video/v2.1/master/image-to-video",
  ]);
  assert.deepEqual(planned.map(({ chunks }) => chunks[0]?.duration), [null, 5]);
});

Deno.test("an unknown model is said where it stands, the job's only once", () => {
  const two = [{ prompt: "1" }, { prompt: "2" }];

  assert.deepEqual(issues({ model: "nobody/knows", scenes: two }), [
    { path: "model", message: 'Unknown model "nobody/knows": docs/models.md lists them' },
  ]);
  assert.deepEqual(issues({ scenes: [{ prompt: "1" }, { prompt: "2", model: "toString" }] }), [
    { path: "scenes.1.model", message: 'Unknown model "toString": docs/models.md lists them' },
  ]);
});

Deno.test("a duration that the model does not offer lists what it offers", () => {
  assert.deepEqual(issues({ scenes: [{ prompt: "1", duration: 7 }] }), [
    { path: "scenes.0.duration", message: `${FROM_TEXT} offers 5, 10 seconds` },
  ]);
  assert.deepEqual(
    issues({ model: "veo-3.1", scenes: [{ prompt: "1" }, { prompt: "2", duration: 5 }] }),
    [{
      path: "scenes.1.duration",
      message: "fal-ai/veo3.1/image-to-video offers 4, 6, 8 seconds",
    }],
  );
});

Deno.test("a model that starts from an image needs one in the first scene and in a cut", () => {
  const cut = { prompt: "3", continuity: "cut" };
  const found = issues({ model: TO_VIDEO, scenes: [{ prompt: "1" }, { prompt: "2" }, cut] });

  assert.deepEqual(found.map(({ path }) => path), ["scenes.0.image_url", "scenes.2.image_url"]);
  assert.deepEqual(issues({ model: TO_VIDEO, prompt: "1" }).map(({ path }) => path), ["image_url"]);
});

Deno.test("an aspect ratio that a model does not offer is said once", () => {
  assert.deepEqual(issues({ aspect_ratio: "21:9", scenes: [{ prompt: "1" }] }), [
    { path: "aspect_ratio", message: `${FROM_TEXT} offers 16:9, 9:16, 1:1` },
  ]);
  assert.equal(scenes({ aspect_ratio: "9:16", scenes: [{ prompt: "1" }] }).length, 1);
  assert.equal(scenes({ aspect_ratio: "21:9", prompt: "1", image_url: IMAGE }).length, 1);
});

Deno.test("motion control needs its driver video", () => {
  const model = "fal-ai/kling-video/v2.6/pro/motion-control";
  const driver_video_url = "https://cdn.example.com/driver.mp4";
  const given = { image_url: IMAGE, model };

  assert.deepEqual(
    issues({ ...given, scenes: [{ prompt: "1" }] }).map(({ path }) => path),
    ["scenes.0.driver_video_url"],
  );
  const [scene] = scenes({ ...given, scenes: [{ prompt: "1", driver_video_url }] });
  assert.deepEqual(scene?.chunks[0], {
    model,
    prompt: "1",
    duration: null,
    driver_video_url,
    audio_url: null,
  });
});

Deno.test("unknown fields of a scene are kept with it", () => {
  const [scene] = scenes({ scenes: [{ prompt: "1", mood: "calm", duration: 10 }] });

  assert.deepEqual(scene?.metadata, { mood: "calm" });
  assert.equal(scene?.chunks[0]?.duration, 10);
});

Deno.test("a model that requires what no job can say is refused by that name", () => {
  const model = "fal-ai/veo3.1/first-last-frame-to-video";

  assert.deepEqual(issues({ model, image_url: IMAGE, prompt: "1" }), [
    { path: "model", message: `${model} requires last_frame_url, which a job cannot say` },
  ]);
});

Deno.test("a model without lengths to choose from takes no duration", () => {
  const model = "fal-ai/vidu/q1/image-to-video";
  const job = { model, image_url: IMAGE, prompt: "1" };

  assert.equal(scenes(job)[0]?.chunks[0]?.duration, null);
  assert.deepEqual(issues({ ...job, scenes: [{ prompt: "1", duration: 5 }] }), [
    { path: "scenes.0.duration", message: `${model} takes no duration` },
  ]);
});
