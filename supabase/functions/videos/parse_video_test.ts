import assert from "node:assert/strict";
import { parseVideo, type VideoOptions } from "./parse_video.ts";

/** The request as the API's own page shows it. */
const SHOWN = {
  model: "minimax-video",
  prompt: "A serene mountain landscape with clouds",
  duration: 6,
  size: "1280x720",
  webhook_url: "https://your-app.example/webhooks/video-complete",
  webhook_headers: {
    Authorization: "Bearer your-webhook-secret",
    "X-Custom-Header": "custom-value",
  },
};

function parse(body: unknown, more: Partial<VideoOptions> = {}) {
  const text = JSON.stringify(body);
  return parseVideo(body, { text, keyHeader: null, allowPrivate: false, aliases: {}, ...more });
}

function job(body: unknown, more: Partial<VideoOptions> = {}) {
  const parsed = parse(body, more);
  assert.ok("job" in parsed, JSON.stringify(parsed));
  return parsed.job;
}

function paths(body: unknown): string[] {
  const parsed = parse(body);
  assert.ok("issues" in parsed, "nothing was wrong with it");
  return parsed.issues.map(({ path }) => path);
}

Deno.test("the request that the API's page shows is a job of one scene", () => {
  const { request, video_id, scenes, ...rest } = job(SHOWN);

  assert.deepEqual(JSON.parse(`${request}`), SHOWN);
  assert.match(video_id, /^video_[0-9a-f-]{36}$/);
  assert.deepEqual(scenes.map(({ chunks }) => chunks), [[{
    model: "fal-ai/minimax/video-01",
    prompt: SHOWN.prompt,
    duration: null,
    driver_video_url: null,
    audio_url: null,
  }]]);
  assert.deepEqual([rest.via, rest.user_id, rest.model], ["videos", "videos", "minimax-video"]);
  assert.deepEqual([rest.aspect_ratio, rest.metadata], ["16:9", { size: "1280x720" }]);
  assert.deepEqual(rest.webhook_headers, SHOWN.webhook_headers);
  assert.equal(rest.callback_url, SHOWN.webhook_url);
  assert.deepEqual(rest.events?.toSorted(), [
    "video.generation.cancelled",
    "video.generation.completed",
    "video.generation.failed",
    "video.generation.progress",
  ]);
});

Deno.test("null is as absent, also where it is the value of a header or the number of tries", () => {
  const { webhook_headers, metadata } = job({
    ...SHOWN,
    duration: null,
    webhook_headers: { "X-Tenant": null, "X-Custom-Header": "custom-value" },
    webhook_retry: { max_attempts: null },
  });

  assert.deepEqual(webhook_headers, { "X-Custom-Header": "custom-value" });
  assert.deepEqual(metadata.webhook_retry, { max_attempts: null });
});

Deno.test("the installation's own name for a model goes before everybody's, and stays the film's", () => {
  const { model, scenes } = job({ model: "house-model", prompt: "x" }, {
    aliases: { "house-model": "kling" },
  });

  assert.equal(model, "house-model");
  assert.match(scenes[0]?.chunks[0]?.model ?? "", /kling-video/);
  assert.deepEqual(paths({ model: "house-model", prompt: "x" }), ["model"]);
  assert.deepEqual(paths({ model: "toString", prompt: "x" }), ["model"]);
});

Deno.test("a video service hears the name that ours stands for", () => {
  const { scenes } = job({ model: "house-model", prompt: "x" }, {
    aliases: { "house-model": "service-model-7" },
    hasVideoService: true,
  });
  assert.equal(scenes[0]?.chunks[0]?.model, "service-model-7");
});

Deno.test("deliveries are chosen by event, in the words of either API", () => {
  const events = (...webhook_events: string[]) => job({ ...SHOWN, webhook_events }).events;

  assert.deepEqual(events("completed", "video.generation.failed"), [
    "video.generation.completed",
    "video.generation.failed",
  ]);
  assert.deepEqual(events("video_generation_progress"), ["video.generation.progress"]);
  assert.equal(events("video_generation_completed", "completed")?.length, 3);
  assert.deepEqual(events(), []);
  assert.deepEqual(paths({ ...SHOWN, webhook_events: ["rendered"] }), ["webhook_events.0"]);
});

Deno.test("tries are bounded by the schedule, and kept with the film", () => {
  const webhook_retry = { max_attempts: 3 };
  assert.deepEqual(job({ ...SHOWN, webhook_retry }).metadata.webhook_retry, webhook_retry);
  for (const max_attempts of [0, 11, 1.5, "3"]) {
    assert.deepEqual(paths({ ...SHOWN, webhook_retry: { max_attempts } }), [
      "webhook_retry.max_attempts",
    ]);
  }
});

Deno.test("what is wrong is said in the words of the request, once", () => {
  assert.deepEqual(paths({}), ["model", "prompt"]);
  assert.deepEqual(paths({ model: "kling", prompt: " " }), ["prompt"]);
  assert.deepEqual(paths({ ...SHOWN, duration: 7 }), ["duration"]);
  assert.deepEqual(paths({ ...SHOWN, size: "large" }), ["size"]);
  assert.deepEqual(paths({ model: "kling", prompt: "x", size: "640x480" }), ["size"]);
  assert.deepEqual(paths({ ...SHOWN, image_url: "no" }), ["image_url"]);
  assert.deepEqual(paths({ ...SHOWN, webhook_url: "https://10.0.0.1/" }), ["webhook_url"]);
  assert.deepEqual(paths({ ...SHOWN, webhook_headers: { Host: "x" } }), ["webhook_headers.Host"]);
  assert.deepEqual(paths({ ...SHOWN, prompt: "a\0" }), ["prompt"]);
});

Deno.test("what Postgres cannot hold is refused also where no field of ours is made of it", () => {
  const fields = JSON.stringify(SHOWN).slice(1);
  for (const more of ['"__proto__":"\\udfff\\ud800"', '"prompt":"\\u0000"', '"n":1e-99999']) {
    const text = `{${more},${fields}`;
    const parsed = parse(JSON.parse(text), { text });
    assert.ok("issues" in parsed && parsed.issues[0]?.message.startsWith("Cannot be stored"), more);
  }
});

Deno.test("whose video it is may be said, and decides whose keys are counted", () => {
  assert.equal(job({ ...SHOWN, user: "ada" }).user_id, "ada");
  assert.equal(job({ ...SHOWN, user: "ada", user_id: "u1", video_id: "v1" }).user_id, "u1");
  assert.equal(job({ ...SHOWN, idempotency_key: "k1" }).idempotency_key, "k1");
  assert.equal(job(SHOWN, { keyHeader: "k2" }).idempotency_key, "k2");
});

Deno.test("a size is the nearest ratio that models know", () => {
  const ratio = (size: string) => job({ ...SHOWN, size }).aspect_ratio;
  assert.deepEqual(["1920x1080", "1366x768", "720x1280", "1024x1024", "2560x1080"].map(ratio), [
    "16:9",
    "16:9",
    "9:16",
    "1:1",
    "21:9",
  ]);
});
