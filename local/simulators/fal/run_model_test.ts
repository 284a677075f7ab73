import assert from "node:assert/strict";
import { makePicture } from "../picture.ts";
import { probe } from "../probe.ts";
import { serveHttp } from "../http_server.ts";
import { ssim } from "../ssim.ts";
import { ask, type Scene, withFal } from "./fal_fixture.ts";

const FRAME = "fal-ai/ffmpeg-api/extract-frame";
const JOIN = "fal-ai/ffmpeg-api/merge-videos";

Deno.test("each model starts its clip from its own start-frame parameter", async () => {
  await withStudio(async ({ imageUrl, image, run, download }) => {
    const models: [string, Record<string, string>, number][] = [
      ["fal-ai/kling-video/v2.5-turbo/pro/image-to-video", { image_url: imageUrl }, 5],
      ["fal-ai/kling-video/v3/pro/image-to-video", { start_image_url: imageUrl, duration: "3" }, 3],
      ["fal-ai/veo3.1/fast/image-to-video", { image_url: imageUrl, duration: "4s" }, 4],
      ["fal-ai/minimax/hailuo-02/standard/image-to-video", { image_url: imageUrl }, 6],
    ];
    for (const [model, input, seconds] of models) {
      const clip = await download(await run(model, { prompt: "a walk", ...input }), "mp4");
      const { codec, duration, width, height } = await probe(clip);
      assert.deepEqual([codec, duration, width, height], ["h264", seconds, 90, 160], model);
      assert.ok(await ssim({ path: image }, { path: clip }) > 0.95, model);
    }
  });
});

Deno.test("a scene made from the last frame of another joins it in the film", async () => {
  await withStudio(async ({ imageUrl, run, download }) => {
    const model = "fal-ai/kling-video/v3/standard/image-to-video";
    const scene = (prompt: string, start_image_url: string) =>
      run(model, { prompt, start_image_url, duration: "3" });
    const first = await scene("the door opens", imageUrl);
    const frame = await run(FRAME, { video_url: first, frame_type: "last" });
    const second = await scene("she walks in", frame);
    const film = await download(await run(JOIN, { video_urls: [first, second] }), "mp4");

    const { duration, frames } = await probe(film);
    assert.deepEqual([duration, frames], [6, 144]);
    assert.ok(await ssim({ path: film, at: 71 }, { path: film, at: 72 }) > 0.95);
    assert.ok(await ssim({ path: film, at: 0 }, { path: film, at: 71 }) < 0.8);
  });
});

Deno.test("extract-frame gives the first frame unless told otherwise", async () => {
  await withStudio(async ({ imageUrl, run, download }) => {
    const model = "fal-ai/kling-video/v2.5-turbo/pro/image-to-video";
    const clipUrl = await run(model, { prompt: "rain", image_url: imageUrl });
    const clip = await download(clipUrl, "mp4");
    for (const frame_type of [undefined, "middle", "last"] as const) {
      const frame = await download(await run(FRAME, { video_url: clipUrl, frame_type }), "jpg");
      const at = frame_type ?? "first";
      assert.ok(await ssim({ path: frame }, { path: clip, at }) > 0.97, at);
    }
  });
});

Deno.test("words alone become a clip of the asked shape", async () => {
  await withStudio(async ({ run, download }) => {
    const model = "fal-ai/kling-video/v2.5-turbo/pro/text-to-video";
    const clip = await download(await run(model, { prompt: "sea", aspect_ratio: "9:16" }), "mp4");
    const { width, height } = await probe(clip);
    assert.deepEqual([width, height], [90, 160]);
    assert.ok(await ssim({ path: clip, at: "first" }, { path: clip, at: "last" }) < 0.8);
  });
});

Deno.test("a reframed picture has the asked shape, with the whole of the given one in its middle", async () => {
  await withStudio(async ({ imageUrl, image, run, download }) => {
    const model = "fal-ai/image-editing/reframe";
    const url = await run(model, { image_url: imageUrl, aspect_ratio: "16:9" });
    const still = await download(url, "jpg");
    const { width, height } = await probe(still);
    assert.deepEqual([width, height], [160, 90]);
    assert.ok(await ssim({ path: image }, { path: still }) < 0.95, "it is not stretched");
    const same = await download(
      await run(model, { image_url: imageUrl, aspect_ratio: "9:16" }),
      "jpg",
    );
    assert.ok(await ssim({ path: image }, { path: same }) > 0.95);
  });
});

Deno.test("motion control lasts as long as its driver", async () => {
  await withStudio(async ({ imageUrl, run, download }) => {
    const driver = await run("fal-ai/kling-video/v3/pro/image-to-video", {
      start_image_url: imageUrl,
      duration: "4",
    });
    const model = "fal-ai/kling-video/v2.6/pro/motion-control";
    const input = { image_url: imageUrl, video_url: driver, character_orientation: "image" };
    assert.equal((await probe(await download(await run(model, input), "mp4"))).duration, 4);
  });
});

Deno.test("a model that cannot fetch or read its input says 422 and names the field", async () => {
  await withStudio(async ({ fal, submit, imageUrl }) => {
    const model = "fal-ai/kling-video/v2.5-turbo/pro/image-to-video";
    const inputs = [
      [`${imageUrl}/nowhere`, "file_download_error"],
      ["http://127.0.0.1:1/refused.png", "file_download_error"],
      ["data:text/plain,words", "image_load_error"],
    ];
    for (const [image_url, type] of inputs) {
      const { request_id, response_url } = await submit(model, { prompt: "x", image_url });
      await fal.ended(request_id);
      const response = await fetch(response_url, { headers: { authorization: "Key id:secret" } });
      const { detail: [first] } = await response.json();
      assert.equal(response.status, 422);
      assert.deepEqual([first.loc, first.type], [["body", "image_url"], type]);
    }
    assert.deepEqual(fal.bill(), []);
  });
});

Deno.test("what was made is gone once it expires", async () => {
  await withStudio(async ({ fal, run, imageUrl }) => {
    fal.behave({ mediaExpiresMs: 0 });
    const input = { prompt: "dusk", image_url: imageUrl };
    const url = await run("fal-ai/kling-video/v2.5-turbo/pro/image-to-video", input);
    assert.equal((await ask(url)).code, 404);
  });
});

type Studio = Scene & {
  image: string;
  imageUrl: string;
  /** Submits, waits, and returns the URL of what was made. */
  run(endpoint: string, input: Record<string, unknown>): Promise<string>;
  download(url: string, ending: string): Promise<string>;
};

async function withStudio(test: (studio: Studio) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "studio-" });
  const image = `${folder}/image.png`;
  await makePicture({ path: image, words: "a red fox", width: 90, height: 160 });
  const host = await serveHttp({
    handle: async (request) =>
      request.url.endsWith("/nowhere")
        ? new Response(null, { status: 404 })
        : new Response(await Deno.readFile(image)),
  });
  const run = async ({ fal, submit }: Scene, endpoint: string, input: unknown) => {
    const { request_id, response_url } = await submit(endpoint, input);
    await fal.ended(request_id);
    const { code, body } = await ask(response_url);
    const url = /http[^"]+\/files\/[^"]+/.exec(JSON.stringify(body))?.[0];
    assert.ok(code === 200 && url, JSON.stringify(body));
    return url;
  };
  const download = async (url: string, ending: string) => {
    const path = `${folder}/${crypto.randomUUID()}.${ending}`;
    await Deno.writeFile(path, await (await fetch(url)).bytes());
    return path;
  };
  try {
    await withFal((scene) =>
      test({
        ...scene,
        image,
        imageUrl: host.url,
        run: (endpoint, input) => run(scene, endpoint, input),
        download,
      }), { shortSide: 90 });
  } finally {
    await host.stop();
    await Deno.remove(folder, { recursive: true });
  }
}
