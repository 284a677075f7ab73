import assert from "node:assert/strict";
import { jobOf, LEAST, wrongPaths } from "./fixture.ts";

/** Every field that a chat app sends. */
const FULL = {
  prompt: "A pair of red shoes",
  image_url: "https://cdn.example.com/shoe.png",
  video_id: "vid_1",
  chat_id: 42,
  user_id: "user_1",
  user_email: "ada@example.com",
  user_name: "Ada",
  is_revision: true,
  request_timestamp: 1763769600,
  source: "chat",
  version: 2,
  idempotency_key: "key_1",
  callback_url: "https://chat.example.com/done",
  webhookUrl: "https://n8n.example.com/webhook/1",
  executionMode: "production",
};

Deno.test("every field of a chat app's job has its place", () => {
  const { scenes, request, ...fields } = jobOf({ ...FULL, campaign: { id: 7 } });

  assert.deepEqual(fields, {
    via: "webhook",
    video_id: "vid_1",
    user_id: "user_1",
    chat_id: "42",
    user_email: "ada@example.com",
    user_name: "Ada",
    source: "chat",
    prompt: "A pair of red shoes",
    image_url: "https://cdn.example.com/shoe.png",
    model: null,
    aspect_ratio: null,
    is_revision: true,
    callback_url: "https://chat.example.com/done",
    events: null,
    webhook_headers: null,
    idempotency_key: "key_1",
    execution_mode: "production",
    metadata: {
      campaign: { id: 7 },
      request_timestamp: 1763769600,
      version: 2,
      webhookUrl: "https://n8n.example.com/webhook/1",
    },
    storyboard: "splitter",
  });
  assert.equal(scenes.length, 1);
  assert.equal(request, JSON.stringify({ ...FULL, campaign: { id: 7 } }));
});

Deno.test("null is as absent, and text is taken where a number is", () => {
  const nulls = Object.fromEntries(Object.keys(FULL).map((name) => [name, null]));
  const parsed = jobOf({ ...nulls, ...LEAST, chat_id: "c", version: "1.0", scenes: null });

  assert.equal(parsed.chat_id, "c");
  assert.equal(parsed.callback_url, null);
  assert.equal(parsed.metadata.version, "1.0");
});

Deno.test("the key in the header goes before the one in the body", () => {
  assert.equal(jobOf(FULL, { keyHeader: " key_2 " }).idempotency_key, "key_2");
  assert.equal(jobOf(FULL, { keyHeader: "" }).idempotency_key, "key_1");
  assert.equal(jobOf(LEAST).idempotency_key, null);
});

Deno.test("events are taken by their short and their full names", () => {
  assert.deepEqual(jobOf({ ...LEAST, events: ["completed", "video.generation.failed"] }).events, [
    "video.generation.completed",
    "video.generation.failed",
  ]);
  assert.deepEqual(wrongPaths({ ...LEAST, events: ["finished"] }), ["events.0"]);
});

Deno.test("missing and wrong fields are said by their path", () => {
  const wrong: [unknown, string][] = [
    [null, ""],
    ["job", ""],
    [[LEAST], ""],
    [{ ...LEAST, video_id: undefined }, "video_id"],
    [{ ...LEAST, video_id: " " }, "video_id"],
    [{ ...LEAST, user_id: 7 }, "user_id"],
    [{ ...LEAST, user_id: "u".repeat(256) }, "user_id"],
    [{ ...LEAST, prompt: null }, "prompt"],
    [{ ...LEAST, prompt: "" }, "prompt"],
    [{ ...LEAST, prompt: 3 }, "prompt"],
    [{ ...LEAST, scenes: [] }, "scenes"],
    [{ ...LEAST, scenes: Array(101).fill({ prompt: "x" }) }, "scenes"],
    [{ ...LEAST, scenes: "one" }, "scenes"],
    [{ ...LEAST, scenes: [{ prompt: "a" }, {}] }, "scenes.1.prompt"],
    [{ ...LEAST, scenes: [{ prompt: "a", duration: "5" }] }, "scenes.0.duration"],
    [{ ...LEAST, scenes: [{ prompt: "a", duration: -5 }] }, "scenes.0.duration"],
    [{ ...LEAST, scenes: [{ prompt: "a", continuity: "fade" }] }, "scenes.0.continuity"],
    [{ ...LEAST, scenes: [{ prompt: "a", model: "nobody/knows" }] }, "scenes.0.model"],
    [{ ...LEAST, image_url: "shoe.png" }, "image_url"],
    [{ ...LEAST, image_url: "https://[::1" }, "image_url"],
    [{ ...LEAST, image_url: "https://cdn.example.com:99999/shoe.png" }, "image_url"],
    [{ ...LEAST, music_url: "https://ada:secret@cdn.example.com/bed.mp3" }, "music_url"],
    [{ ...LEAST, image_url: "https://ada:secret@cdn.example.com/shoe.png" }, "image_url"],
    [{ ...LEAST, chat_id: 2 ** 53 }, "chat_id"],
    [{ ...LEAST, seed: Infinity }, "seed"],
    [{ ...LEAST, aspect_ratio: "wide" }, "aspect_ratio"],
    [{ ...LEAST, image_url: "https://a.example/i.png", aspect_ratio: "0:9" }, "aspect_ratio"],
    [{ ...LEAST, image_url: "https://a.example/i.png", aspect_ratio: "16:00" }, "aspect_ratio"],
    [{ ...LEAST, is_revision: "yes" }, "is_revision"],
    [{ ...LEAST, chat_id: {} }, "chat_id"],
    [{ ...LEAST, max_cost_usd: -1 }, "max_cost_usd"],
    [{ ...LEAST, stop_at: "the end" }, "stop_at"],
    [{ ...LEAST, prompt: "One.\n\nTwo.", model: "kling-2.1-standard" }, "image_url"],
    [{ ...LEAST, idempotency_key: "k".repeat(256) }, "idempotency_key"],
    [{ ...LEAST, webhook_headers: { Host: "x" } }, "webhook_headers.Host"],
    [{ ...LEAST, webhook_headers: { "x-a": 1 } }, "webhook_headers.x-a"],
    [{ ...LEAST, model: "nobody/knows" }, "model"],
  ];

  for (const [body, path] of wrong) {
    assert.deepEqual(wrongPaths(body), [path], JSON.stringify(body)?.slice(0, 100));
  }
});

Deno.test("a mode that is nearly test mode is refused: what is not test mode is paid for", () => {
  for (const executionMode of ["Test", "TEST", " test"]) {
    assert.deepEqual(wrongPaths({ ...LEAST, executionMode }), ["executionMode"]);
  }
  for (const executionMode of ["test", "production", "manual", ""]) {
    assert.equal(jobOf({ ...LEAST, executionMode }).execution_mode, executionMode);
  }
});

Deno.test("a scheme in capitals, and names in any script, are an address", () => {
  for (const image_url of ["HTTPS://cdn.example.com/a.png", "https://例え.jp/画像.png"]) {
    assert.equal(jobOf({ ...LEAST, image_url }).image_url, image_url);
  }
});

Deno.test("1 and 100 scenes are taken", () => {
  for (const count of [1, 100]) {
    assert.equal(
      jobOf({ ...LEAST, scenes: Array(count).fill({ prompt: "x" }) }).scenes.length,
      count,
    );
  }
});

Deno.test("a callback_url has to be a public https address without user info", () => {
  const bad = ["", "nowhere", "ftp://a.example/", "javascript:alert(1)", "https://u:p@a.example/"];
  const inner = [
    "http://chat.example.com/",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://10.1.2.3/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://[::ffff:192.168.0.1]/",
    "https://2130706433/",
    "https://0x7f.1/",
  ];

  for (const callback_url of [...bad, ...inner]) {
    assert.deepEqual(wrongPaths({ ...LEAST, callback_url }), ["callback_url"], callback_url);
  }
  for (const callback_url of inner) {
    assert.deepEqual(
      wrongPaths({ ...LEAST, callback_url }, { allowPrivate: true }),
      [],
      callback_url,
    );
  }
  for (const callback_url of bad) {
    assert.deepEqual(wrongPaths({ ...LEAST, callback_url }, { allowPrivate: true }), [
      "callback_url",
    ], callback_url);
  }
});

Deno.test("what Postgres cannot hold is refused where it stands", () => {
  assert.deepEqual(wrongPaths({ ...LEAST, scenes: [{ prompt: "a\0b" }] }), ["scenes.0.prompt"]);
  assert.deepEqual(wrongPaths({ ...LEAST, unknown: { deep: ["\ud800"] } }), ["unknown.deep.0"]);
});

Deno.test("a film whose clips would repeat their prompts beyond all measure is refused", () => {
  const scene = { prompt: "x".repeat(9000), duration: 600, image_url: "https://a.example/i.png" };
  const scenes = (count: number) => ({
    ...LEAST,
    model: "pika-2-turbo",
    scenes: Array(count).fill(scene),
  });

  assert.deepEqual(wrongPaths(scenes(100)), ["scenes"]);
  assert.equal(jobOf(scenes(10)).scenes[9]?.chunks.length, 120);
});
