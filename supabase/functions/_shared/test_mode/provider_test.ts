import assert from "node:assert/strict";
import { work } from "../fal/fixture.ts";
import { withServer } from "../testing/loopback.ts";
import { configureTestMode } from "./configure.ts";

function configured(url: string) {
  const variables: Record<string, string> = {
    SUPABASE_URL: url,
    SUPABASE_SERVICE_ROLE_KEY: "service-key",
  };
  const found = configureTestMode({
    get: (name) => variables[name],
    fetch,
    now: () => 0,
    log: () => {},
  });
  assert(found);
  return found.provider;
}

Deno.test("every step is done at once and for nothing, with three files that Storage is given once", async () => {
  await withServer(() => Response.json({ Key: "films/test" }), async ({ url, seen }) => {
    const provider = configured(url);
    const fallback = [{ prompt: "One", chunks: [] }];
    const outputs = [];
    for (
      const step of [
        "storyboard",
        "reframe_image",
        "generate_clip",
        "stitch",
        "mux_audio",
        "generate_voice",
      ] as const
    ) {
      const answer = await provider.submit(work({ step, input: { fallback } }));
      assert(answer.state === "completed");
      assert.equal(answer.output.cost_usd, 0);
      outputs.push(answer.output);
    }

    const [storyboard, still, clip, film, muxed, voice] = outputs;
    assert.deepEqual([storyboard?.by, storyboard?.scenes], ["splitter", fallback]);
    assert.equal(still?.image_url, `${url}/storage/v1/object/public/films/test/still.jpg`);
    assert.equal(clip?.video_url, `${url}/storage/v1/object/public/films/test/clip.mp4`);
    assert.equal(film?.video_url, clip?.video_url);
    assert.equal(muxed?.video_url, clip?.video_url);
    assert.equal(voice?.audio_url, `${url}/storage/v1/object/public/films/test/sound.wav`);
    assert.deepEqual(seen.map(({ path }) => path), [
      "/storage/v1/object/films/test/clip.mp4",
      "/storage/v1/object/films/test/still.jpg",
      "/storage/v1/object/films/test/sound.wav",
    ]);
  });
});

Deno.test("a Storage that does not answer is tried again", async () => {
  let away = true;
  const respond = () =>
    away ? Response.json({ message: "Away" }, { status: 503 }) : Response.json({ Key: "k" });
  await withServer(respond, async ({ url }) => {
    const provider = configured(url);
    const answer = await provider.submit(work());
    assert(answer.state === "failed" && answer.error.retryable);
    away = false;
    assert.equal((await provider.submit(work())).state, "completed");
  });
});
