import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { Behaviour } from "./behaviour.ts";
import {
  type ServiceOptions,
  startFrameService,
  startStitchService,
  startVideoService,
} from "./server.ts";
import { type Received, type Scene, SECRET, withService } from "./service_fixture.ts";

const PATH = "/v1/videos/generations/async";
const CLIP = { model: "minimax-video", prompt: "It runs", duration: 1 };
const IDS = { scene_id: "scene_1", project_id: "proj_1" };

async function run(
  { call, service, webhookUrl, callbacks }: Scene,
  input: Record<string, unknown>,
  path = PATH,
): Promise<Received[]> {
  const body = { ...input, ...IDS, webhook_url: webhookUrl };
  const { body: answer } = await call("POST", path, { body, key: "att_1" });
  await service.ended(String(answer.task_id));
  return callbacks.all;
}

/** The callbacks at the end of a task that misbehaves so, progress left out. */
async function lastWords(behaviour: Behaviour): Promise<Record<string, unknown>[]> {
  const words: Record<string, unknown>[] = [];
  await withService(startVideoService, async (scene) => {
    scene.service.behave(behaviour);
    const callbacks = await run(scene, CLIP);
    words.push(...callbacks.map(({ text }) => text.startsWith("{") ? JSON.parse(text) : { text }));
  }, { progress: [] });
  return words;
}

Deno.test("a callback is signed over its raw body, in hex, in the header that is asked for", async () => {
  for (const signatureHeader of ["x-webhook-signature", "x-lastframe-signature"]) {
    await withService(startVideoService, async (scene) => {
      scene.service.behave({ fail: "No credits" });
      for (const { text, headers, search } of await run(scene, CLIP)) {
        const expected = createHmac("sha256", SECRET).update(text).digest("hex");
        assert.equal(headers.get(signatureHeader), expected);
        assert.equal(search, "?token=t");
      }
      assert.equal(scene.callbacks.all.length, 3);
    }, { signatureHeader });
  }
});

Deno.test("a callback's signature can be wrong, the last one's alone", async () => {
  await withService(startVideoService, async (scene) => {
    scene.service.behave({ fail: "No credits", callback: "bad_signature" });
    const right = (await run(scene, CLIP)).map(({ text, headers }) => {
      const expected = createHmac("sha256", SECRET).update(text).digest("hex");
      return headers.get("x-webhook-signature") === expected;
    });
    assert.deepEqual(right, [true, true, false]);
  });
});

Deno.test("a callback is signed by Standard Webhooks where that is asked for", async () => {
  const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "plain words"];
  for (const webhookSecret of secrets) {
    const options: Partial<ServiceOptions> = { signing: "standard", webhookSecret, progress: [] };
    await withService(startVideoService, async (scene) => {
      scene.service.behave({ fail: "No credits" });
      const [callback] = await run(scene, CLIP);
      const format = webhookSecret.startsWith("whsec_") ? {} : { format: "raw" as const };
      const webhook = new Webhook(webhookSecret, format);
      const headers = Object.fromEntries(callback?.headers ?? []);
      assert.ok(webhook.verify(callback?.text ?? "", headers));
    }, options);
  }
});

Deno.test("progress is told in percent before the end, in the words of each form", async () => {
  await withService(startVideoService, async (scene) => {
    const bodies = (await run(scene, CLIP)).map(({ text }) => JSON.parse(text));
    const told = bodies.map(({ status, progress }) => [status, progress]);
    assert.deepEqual(told, [["in_progress", 10], ["in_progress", 90], ["completed", undefined]]);
  }, { progress: [10, 90] });

  await withService(startVideoService, async (scene) => {
    const bodies = (await run(scene, CLIP)).map(({ text }) => JSON.parse(text));
    const told = bodies.map((body) => [body.status, body.webhook_type, body.progress_percentage]);
    assert.deepEqual(told, [
      ["processing", "video_generation_progress", 25],
      ["processing", "video_generation_progress", 75],
      ["completed", "video_generation_completed", undefined],
    ]);
    assert.deepEqual(Object.keys(bodies[2]).sort(), [
      ...["generation_duration_seconds", "model", "prompt", "status", "task_id", "timestamp"],
      ...["video_url", "webhook_type"],
    ]);
  }, { form: "api" });
});

Deno.test("the older form names its service and puts what was made below result", async () => {
  const cases = [
    [startFrameService, "/v1/frames", "last-frame"],
    [startStitchService, "/v1/stitch", "video-stitch"],
  ] as const;
  for (const [start, path, service] of cases) {
    await withService(start, async (scene) => {
      const { clipUrl } = scene;
      const input = { video_url: clipUrl, video_urls: [clipUrl, clipUrl] };
      const [callback] = await run(scene, input, path);
      const body = JSON.parse(callback?.text ?? "");
      assert.deepEqual([body.status, body.service], ["completed", service]);
      assert.match(body.result.output_url, /^http/);
      assert.equal(body.metadata.project_id, "proj_1");
    }, { form: "job", progress: [] });
  }
});

Deno.test("the headers that a request asks for come with its callbacks", async () => {
  await withService(startVideoService, async (scene) => {
    scene.service.behave({ fail: "No credits" });
    const webhook_headers = { Authorization: "Bearer mine" };
    const [callback] = await run(scene, { ...CLIP, webhook_headers });
    assert.equal(callback?.headers.get("authorization"), "Bearer mine");
  });
});

Deno.test("a callback that is not taken comes again", async () => {
  await withService(startVideoService, async (scene) => {
    scene.service.behave({ fail: "No credits" });
    scene.answers.push(500, 400, 302);
    await run(scene, CLIP);
    await scene.callbacks.next(() => scene.callbacks.all.length >= 4);
    const texts = new Set(scene.callbacks.all.map(({ text }) => text));
    assert.equal(texts.size, 1);
  }, { progress: [] });
});

Deno.test("a callback's last words can be wrong in every way that is known", async () => {
  const failing = { fail: "No credits" };
  assert.deepEqual(await lastWords({ ...failing, callback: "silent" }), []);
  assert.deepEqual(await lastWords({ ...failing, callback: "nonsense" }), [{ text: "It worked!" }]);
  const [twice, again] = await lastWords({ ...failing, callback: "twice" });
  assert.deepEqual(again, twice);
  assert.equal(twice?.error, "No credits");
  const [other] = await lastWords({ ...failing, callback: "other_task" });
  assert.equal(other?.task_id, "task_of_somebody_else");
  const [scene] = await lastWords({ ...failing, callback: "other_scene" });
  assert.equal(scene?.scene_id, "scene_of_somebody_else");
  const [silentOnWhy] = await lastWords({ ...failing, callback: "without_error" });
  assert.deepEqual([silentOnWhy?.status, silentOnWhy?.error], ["failed", null]);
  const after = await lastWords({ ...failing, callback: "completed_after" });
  assert.deepEqual(after.map(({ status }) => status), ["failed", "completed"]);
  const [odd] = await lastWords({ ...failing, callback: "unknown_status" });
  assert.equal(odd?.status, "done");
});

Deno.test("a completion can be wrong in ways of its own", async () => {
  const [bare] = await lastWords({ callback: "without_url" });
  assert.deepEqual([bare?.status, bare?.video_url], ["completed", undefined]);
  const [one, two] = await lastWords({ callback: "contradicting" });
  assert.deepEqual([one?.status, two?.status], ["completed", "completed"]);
  assert.notEqual(one?.video_url, two?.video_url);
  const late = await lastWords({ callback: "progress_after" });
  assert.deepEqual(late.map(({ status }) => status), ["completed", "in_progress"]);
  const unsure = await lastWords({ callback: "failed_after" });
  assert.deepEqual(unsure.map(({ status }) => status), ["completed", "failed"]);
});

Deno.test("what a completion names can be a page of text", async () => {
  await withService(startVideoService, async (scene) => {
    scene.service.behave({ noMedia: true });
    const [callback] = await run(scene, CLIP);
    const response = await fetch(JSON.parse(callback?.text ?? "").video_url);
    assert.match(await response.text(), /^<!doctype html>/);
  }, { progress: [] });
});

Deno.test("a callback can overtake the answer to its request", async () => {
  await withService(startVideoService, async ({ call, service, webhookUrl, callbacks }) => {
    service.behave({ callback: "early", fail: "No credits" });
    const body = { ...CLIP, webhook_url: webhookUrl };
    const answer = await call("POST", PATH, { body, key: "att_1" });
    assert.equal(answer.body.status, "failed");
    assert.equal(callbacks.all.length, 1);
  }, { progress: [] });
});
