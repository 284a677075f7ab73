import assert from "node:assert/strict";
import { readFrameCallback } from "../../../supabase/functions/_shared/services/read_frame_callback.ts";
import { readStitchCallback } from "../../../supabase/functions/_shared/services/read_stitch_callback.ts";
import { readVideoCallback } from "../../../supabase/functions/_shared/services/read_video_callback.ts";
import { probe } from "../probe.ts";
import { ssim } from "../ssim.ts";
import { startFrameService, startStitchService, startVideoService } from "./server.ts";
import { type Scene, withService } from "./service_fixture.ts";

const CLIP = { model: "minimax-video", prompt: "It runs", duration: 1 };
const IDS = { scene_id: "scene_1", project_id: "proj_1" };
const ASYNC = "/v1/videos/generations/async";

/** Posts work and returns the callback of its end. */
async function finish(
  { call, service, webhookUrl, callbacks }: Scene,
  path: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const body = { ...input, ...IDS, webhook_url: webhookUrl };
  const { code, body: answer } = await call("POST", path, { body, key: crypto.randomUUID() });
  assert.equal(code, 202, JSON.stringify(answer));
  assert.deepEqual(Object.keys(answer), ["task_id", "status"]);
  await service.ended(String(answer.task_id));
  return JSON.parse(callbacks.all.at(-1)?.text ?? "null");
}

async function save(url: unknown, ending: string): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ending });
  const response = await fetch(String(url));
  await Deno.writeFile(path, new Uint8Array(await response.arrayBuffer()));
  return path;
}

Deno.test("the video service makes a clip that starts from the image and tells its measures", async () => {
  await withService(startVideoService, async (scene) => {
    const body = await finish(scene, ASYNC, { ...CLIP, image_url: scene.imageUrl });

    const read = readVideoCallback(body);
    assert.ok("result" in read, JSON.stringify(read));
    const { state, output, scene_id, project_id } = read.result;
    assert.deepEqual({ state, scene_id, project_id }, { state: "completed", ...IDS });
    assert.equal(output.duration, 1);
    const [clip, image] = await Promise.all([
      save(output.video_url, ".mp4"),
      save(scene.imageUrl, ".png"),
    ]);
    const { width, height } = await probe(clip);
    assert.deepEqual({ width, height }, { width: output.width, height: output.height });
    assert.ok(await ssim({ path: image }, { path: clip, at: "first" }) > 0.9);
    await Promise.all([Deno.remove(clip), Deno.remove(image)]);
  });
});

Deno.test("without an image a clip has the size asked for, with a driver the driver's length", async () => {
  await withService(startVideoService, async (scene) => {
    const drawn = await finish(scene, ASYNC, { ...CLIP, size: "720x1280" });
    assert.deepEqual([drawn.width, drawn.height], [64, 114]);

    const driven = await finish(scene, ASYNC, {
      model: "kling",
      prompt: "It dances",
      image_url: scene.imageUrl,
      driver_video_url: scene.clipUrl,
    });
    assert.equal(driven.duration, 1);
  });
});

Deno.test("the frame service saves the clip's last frame", async () => {
  await withService(startFrameService, async (scene) => {
    const body = await finish(scene, "/v1/frames", { video_url: scene.clipUrl });

    const read = readFrameCallback(body);
    assert.ok("result" in read && read.result.output.image_url);
    const [frame, clip] = await Promise.all([
      save(read.result.output.image_url, ".jpg"),
      save(scene.clipUrl, ".mp4"),
    ]);
    assert.ok(await ssim({ path: frame }, { path: clip, at: "last" }) > 0.95);
    await Promise.all([Deno.remove(frame), Deno.remove(clip)]);
  });
});

Deno.test("the stitch service joins the clips and gives the film a thumbnail", async () => {
  await withService(startStitchService, async (scene) => {
    const video_urls = [scene.clipUrl, scene.clipUrl, scene.clipUrl];
    const body = await finish(scene, "/v1/stitch", { video_urls });

    const read = readStitchCallback(body);
    assert.ok("result" in read);
    assert.equal(read.result.output.duration, 3);
    assert.equal(body.total_scenes, 3);
    const film = await save(read.result.output.video_url, ".mp4");
    assert.equal((await probe(film)).frames, 72);
    assert.equal((await Deno.stat(film)).size, body.file_size);
    await Deno.remove(film);
    const thumbnail = await fetch(read.result.output.thumbnail_url ?? "");
    assert.equal(thumbnail.headers.get("content-type"), "image/jpeg");
    await thumbnail.body?.cancel();
  });
});

Deno.test("a service says which of its sources it cannot read", async () => {
  await withService(startFrameService, async (scene) => {
    const body = await finish(scene, "/v1/frames", { video_url: scene.pageUrl });

    assert.equal(body.status, "failed");
    assert.match(String(body.error), /^Failed to load the video/);
    assert.deepEqual(scene.service.bill(), []);
  });
});
