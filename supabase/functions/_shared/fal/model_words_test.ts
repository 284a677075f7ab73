import assert from "node:assert/strict";
import { MODELS } from "./model_table.ts";
import { checkDuration, falInput, resolveModel } from "./models.ts";

const CLIP = {
  prompt: "A fox in the snow",
  duration: 5,
  aspect_ratio: "9:16",
  image_url: "https://files.example.com/fox.png",
  end_image_url: "https://files.example.com/hole.png",
  driver_video_url: "https://files.example.com/dance.mp4",
  audio_url: "https://files.example.com/voice.mp3",
};

function wordsOf(model: string): Record<string, unknown> {
  return falInput({ ...CLIP, model });
}

Deno.test("a last picture goes under the model's own word, and nowhere without one", () => {
  const kling = "fal-ai/kling-video";

  assert.equal(
    wordsOf(`${kling}/v2.5-turbo/pro/image-to-video`).tail_image_url,
    CLIP.end_image_url,
  );
  assert.equal(wordsOf(`${kling}/v3/pro/image-to-video`).end_image_url, CLIP.end_image_url);
  assert.deepEqual(wordsOf(`${kling}/v2.1/standard/image-to-video`), {
    prompt: CLIP.prompt,
    image_url: CLIP.image_url,
    duration: "5",
  });
});

Deno.test("a duration is digits, digits with s, or a number", () => {
  const words = [
    "fal-ai/pixverse/v5/image-to-video",
    "fal-ai/luma-dream-machine/ray-2/image-to-video",
    "fal-ai/pixverse/v6/image-to-video",
  ].map((model) => wordsOf(model).duration);

  assert.deepEqual(words, ["5", "5s", 5]);
});

Deno.test("a model without a prompt gets none", () => {
  assert.deepEqual(wordsOf("fal-ai/wan/v2.2-14b/animate/move"), {
    image_url: CLIP.image_url,
    video_url: CLIP.driver_video_url,
  });
});

Deno.test("both versions and both grades of motion control follow the driver's orientation", () => {
  for (const grade of ["v2.6/standard", "v2.6/pro", "v3/standard", "v3/pro"]) {
    assert.deepEqual(wordsOf(`fal-ai/kling-video/${grade}/motion-control`), {
      prompt: CLIP.prompt,
      image_url: CLIP.image_url,
      video_url: CLIP.driver_video_url,
      character_orientation: "video",
    });
  }
});

Deno.test("every family by its name makes a chained scene from its frame, also where it works from text", () => {
  for (const { family } of MODELS) {
    const model = resolveModel(family, true);
    assert.equal(model?.family, family);
    assert.notEqual(model?.startFrame, null, family);
  }
});

Deno.test("without a duration every model gets one that it offers", () => {
  for (const model of MODELS) {
    const check = checkDuration(model, null);
    const chosen = check.ok ? check.duration : undefined;
    const expected = model.durationAs === null ? [null] : model.seconds;
    assert.ok(expected.some((one) => one === chosen), model.endpoint);
  }
});
