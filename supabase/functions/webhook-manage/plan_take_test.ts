import assert from "node:assert/strict";
import type { Scene } from "../_shared/management/films.ts";
import { planTake, TakeFields } from "./plan_take.ts";

const FAMILY = "fal-ai/kling-video/v2.5-turbo/pro";
const SCENE: Scene = {
  scene_id: "scene_1",
  prompt: "A lighthouse",
  is_chained: false,
  image_url: null,
  aspect_ratio: "16:9",
  model: `${FAMILY}/text-to-video`,
  duration: 5,
  driver_video_url: null,
  audio_url: null,
};
const aClip = (model: string, duration: number | null) => ({
  model,
  prompt: "A lighthouse",
  duration,
  driver_video_url: null,
  audio_url: null,
});
const IMAGE = "https://images.example/own.png";

Deno.test("nothing is asked to differ: nothing does", () => {
  assert.deepEqual(planTake({}, SCENE), { changes: {} });
});

Deno.test("another prompt needs no model that we know", () => {
  const plan = planTake({ prompt: "At night" }, { ...SCENE, model: "own/model" });

  assert.deepEqual(plan, { changes: { prompt: "At night" } });
});

Deno.test("another model is named by its endpoint, with a duration that it offers", () => {
  const scene = { ...SCENE, image_url: IMAGE, duration: null };

  const plan = planTake({ model: "minimax-video" }, scene);

  assert.deepEqual(plan, {
    changes: { chunks: [aClip("fal-ai/minimax/video-01/image-to-video", null)] },
  });
});

Deno.test("an image for a scene made from its prompt moves it to its model's sister", () => {
  const plan = planTake({ image_url: IMAGE }, SCENE);

  assert.deepEqual(plan, {
    changes: {
      image_url: IMAGE,
      reframe_to: "16:9",
      chunks: [aClip(`${FAMILY}/image-to-video`, 5)],
    },
  });
});

Deno.test("an unknown model, a duration that it does not offer: 400 in the body's own paths", () => {
  const unknown = planTake({ model: "nobody/knows" }, SCENE);
  const length = planTake({ model: "veo-3.1" }, { ...SCENE, image_url: IMAGE, duration: 3 });

  assert.deepEqual(unknown, {
    issues: [{ path: "model", message: 'Unknown model "nobody/knows": docs/models.md lists them' }],
  });
  assert("issues" in length);
  assert.equal(length.issues[0]?.path, "duration");
  assert.match(length.issues[0].message, /^fal-ai\/veo3.1\/image-to-video offers 4, 6, 8 seconds/);
});

Deno.test("a duration goes with the model that is asked for", () => {
  const plan = planTake({ model: "veo-3.1", duration: 6 }, { ...SCENE, image_url: IMAGE });

  assert.deepEqual(plan, { changes: { chunks: [aClip("fal-ai/veo3.1/image-to-video", 6)] } });
});

Deno.test("a chained scene starts from a frame: an image of its own is refused", () => {
  const chained = { ...SCENE, is_chained: true, model: `${FAMILY}/image-to-video` };

  const refused = planTake({ image_url: IMAGE }, chained);
  assert("issues" in refused);
  assert.equal(refused.issues[0]?.path, "image_url");
  assert.deepEqual(planTake({ duration: 10 }, chained), {
    changes: { chunks: [aClip(`${FAMILY}/image-to-video`, 10)] },
  });
});

Deno.test("a sound track that the new model does not follow goes under its clips", () => {
  const audio_url = "https://sounds.example/speech.mp3";
  const scene = {
    ...SCENE,
    image_url: IMAGE,
    audio_url,
    model: "fal-ai/wan-25-preview/image-to-video",
  };
  const soundOf = (model: string) => {
    const plan = planTake({ model }, scene);
    assert("changes" in plan, JSON.stringify(plan));
    return [plan.changes.audio_url, plan.changes.chunks?.[0]?.audio_url];
  };

  assert.deepEqual(soundOf("kling-2.6-pro"), [audio_url, audio_url]);
  assert.deepEqual(soundOf("wan-2.6"), [undefined, audio_url]);
});

Deno.test("a scene before a shared keyframe keeps to models that can end with it", () => {
  const scene = { ...SCENE, image_url: IMAGE, end_image_url: "https://images.example/key.png" };

  const able = planTake({ model: "kling-2.6-pro" }, scene);
  assert.ok("changes" in able);
  assert.equal(able.changes.chunks?.length, 1);
  const unable = planTake({ model: "kling-2.1-master" }, scene);
  assert.deepEqual("issues" in unable && unable.issues.map(({ path }) => path), ["model"]);
});

Deno.test("an image's address carries no password, as in a job", () => {
  assert.equal(TakeFields.safeParse({ image_url: IMAGE }).success, true);
  const { error } = TakeFields.safeParse({
    image_url: "https://ada:secret@images.example/own.png",
  });
  assert.deepEqual(error?.issues.map(({ path }) => path.join(".")), ["image_url"]);
});
