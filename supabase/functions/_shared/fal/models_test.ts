import assert from "node:assert/strict";
import { MODELS } from "./model_table.ts";
import { checkDuration, type ClipInput, falInput, resolveModel } from "./models.ts";

const PROMPT = "A paper boat crosses a puddle";

function clip(given: Partial<ClipInput>): ClipInput {
  return {
    model: "fal-ai/kling-video/v2.5-turbo/pro/image-to-video",
    prompt: PROMPT,
    duration: 5,
    aspect_ratio: null,
    image_url: null,
    driver_video_url: null,
    audio_url: null,
    ...given,
  };
}

function endpoint(name: string | null, hasImage: boolean): string | undefined {
  return resolveModel(name, hasImage)?.endpoint;
}

Deno.test("without a name the default model is chosen by whether there is an image", () => {
  assert.equal(endpoint(null, true), "fal-ai/kling-video/v2.5-turbo/pro/image-to-video");
  assert.equal(endpoint(null, false), "fal-ai/kling-video/v2.5-turbo/pro/text-to-video");
});

Deno.test("an alias stands for the image or the text endpoint of its family", () => {
  assert.equal(endpoint("minimax-video", true), "fal-ai/minimax/video-01/image-to-video");
  assert.equal(endpoint("minimax-video", false), "fal-ai/minimax/video-01");
  assert.equal(endpoint("veo-3.1-fast", false), "fal-ai/veo3.1/fast");
});

Deno.test("an endpoint id is taken as it stands, image or not", () => {
  const id = "fal-ai/kling-video/v2.1/standard/image-to-video";

  assert.equal(endpoint(id, true), id);
  assert.equal(endpoint(id, false), id);
  assert.equal(resolveModel(id, false)?.needsImage, true);
});

Deno.test("a text endpoint gives way to its family's image endpoint for a chained scene", () => {
  assert.equal(endpoint("fal-ai/veo3.1", true), "fal-ai/veo3.1/image-to-video");
  assert.equal(endpoint("fal-ai/veo3.1", false), "fal-ai/veo3.1");
});

Deno.test("an unknown model is null, also under a name that every object has", () => {
  assert.equal(resolveModel("fal-ai/no-such-model", true), null);
  assert.equal(resolveModel("constructor", true), null);
  assert.equal(resolveModel("", false), null);
});

Deno.test("every endpoint and every way to write it stands in the table once", () => {
  const ids = MODELS.map((model) => model.endpoint);
  const members = MODELS.map((model) => `${model.family} ${model.startFrame !== null}`);

  assert.equal(new Set(ids).size, ids.length);
  assert.equal(new Set(members).size, members.length);
});

Deno.test("a duration that the model does not offer comes back as what it offers", () => {
  const veo = resolveModel("fal-ai/veo3.1/image-to-video", true);
  assert.ok(veo);

  assert.deepEqual(checkDuration(veo, 5), { ok: false, offered: [4, 6, 8] });
  assert.deepEqual(checkDuration(veo, 8), { ok: true, duration: 8 });
});

Deno.test("no duration means 5 seconds, or the next longer clip where 5 is not offered", () => {
  const usual = (name: string) => {
    const model = resolveModel(name, true);
    assert.ok(model);
    return checkDuration(model, null);
  };

  assert.deepEqual(usual("kling-2.5-turbo-pro"), { ok: true, duration: 5 });
  assert.deepEqual(usual("kling-3-pro"), { ok: true, duration: 5 });
  assert.deepEqual(usual("veo-3.1"), { ok: true, duration: 6 });
  assert.deepEqual(usual("hailuo-02-pro"), { ok: true, duration: null });
});

Deno.test("a model of fixed length takes its own length and no other", () => {
  const model = resolveModel("minimax-video", false);
  assert.ok(model);

  assert.deepEqual(checkDuration(model, 6), { ok: true, duration: null });
  assert.deepEqual(checkDuration(model, 5), { ok: false, offered: [6] });
});

Deno.test("each family gets the start frame and the duration under its own words", () => {
  const frame = "https://cdn.example.com/frame.png";

  assert.deepEqual(falInput(clip({ image_url: frame, aspect_ratio: "9:16" })), {
    prompt: PROMPT,
    image_url: frame,
    duration: "5",
  });
  assert.deepEqual(
    falInput(clip({ model: "fal-ai/kling-video/v3/pro/image-to-video", image_url: frame })),
    { prompt: PROMPT, start_image_url: frame, duration: "5" },
  );
  assert.deepEqual(
    falInput(clip({
      model: "fal-ai/veo3.1/image-to-video",
      image_url: frame,
      duration: 8,
      aspect_ratio: "9:16",
    })),
    { prompt: PROMPT, image_url: frame, duration: "8s", aspect_ratio: "9:16" },
  );
});

Deno.test("a text endpoint gets no image, a model of fixed length no duration", () => {
  const sent = falInput(clip({
    model: "fal-ai/minimax/video-01",
    duration: 6,
    image_url: "https://cdn.example.com/frame.png",
    aspect_ratio: "9:16",
  }));

  assert.deepEqual(sent, { prompt: PROMPT });
});

Deno.test("motion control gets driver and orientation, wan its sound track", () => {
  const driver = "https://cdn.example.com/driver.mp4";
  const audio = "https://cdn.example.com/voice.mp3";

  assert.deepEqual(
    falInput(clip({
      model: "fal-ai/kling-video/v2.6/pro/motion-control",
      image_url: "https://cdn.example.com/a.png",
      driver_video_url: driver,
      audio_url: audio,
      duration: null,
    })),
    {
      prompt: PROMPT,
      image_url: "https://cdn.example.com/a.png",
      video_url: driver,
      character_orientation: "video",
    },
  );
  assert.equal(
    falInput(clip({ model: "fal-ai/wan-25-preview/text-to-video", audio_url: audio })).audio_url,
    audio,
  );
});

Deno.test("an input for a model that is not in the table cannot be built", () => {
  assert.throws(() => falInput(clip({ model: "fal-ai/gone" })), /unknown model "fal-ai\/gone"/);
});
