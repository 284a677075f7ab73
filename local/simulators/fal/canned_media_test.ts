import assert from "node:assert/strict";
import { TEXT_MODEL, withFal } from "./fal_fixture.ts";

const CANNED = { media: "canned" } as const;

Deno.test("canned media are made once a kind: each clip has its own URL and the same bytes", async () => {
  await withFal(async ({ fal, submit }) => {
    const [one, two, longer] = [
      await clip(fal, submit, { prompt: "a lighthouse", duration: "5" }),
      await clip(fal, submit, { prompt: "a harbour", duration: "5" }),
      await clip(fal, submit, { prompt: "a lighthouse", duration: "10" }),
    ];

    assert.notEqual(one.url, two.url);
    assert.deepEqual(one.bytes, two.bytes);
    assert.notDeepEqual(one.bytes, longer.bytes);
  }, CANNED);
});

Deno.test("a frame has the sizes of the one that it is a copy of", async () => {
  await withFal(async ({ fal, submit }) => {
    const { url } = await clip(fal, submit, { prompt: "a lighthouse", duration: "5" });
    const frame = async () => {
      const { request_id } = await submit("fal-ai/ffmpeg-api/extract-frame", {
        video_url: url,
        frame_type: "last",
      });
      await fal.ended(request_id);
      return JSON.stringify(fal.requests.at(-1)?.result?.body);
    };

    const withoutNames = (text: string) => text.replaceAll(/[0-9a-f]{32}/g, "");
    const [one, two] = [await frame(), await frame()];
    assert.notEqual(one, two);
    assert.equal(withoutNames(one), withoutNames(two));
    assert.match(one, /"width":\d+/);
  }, CANNED);
});

Deno.test("a film joined from clips with sound is no copy of a silent one", async () => {
  await withFal(async ({ fal, submit }) => {
    const make = async (endpoint: string, input: Record<string, unknown>) => {
      const { request_id } = await submit(endpoint, input);
      await fal.ended(request_id);
      const { body } = fal.requests.at(-1)?.result ?? {};
      return /"(http[^"]+)"/.exec(JSON.stringify(body))?.[1] ?? "";
    };
    const track = (id: string, type: string, url: string) => ({
      id,
      type,
      keyframes: [{ url, timestamp: 0, duration: 5000 }],
    });
    const { url } = await clip(fal, submit, { prompt: "a lighthouse", duration: "5" });
    const voice = await make("fal-ai/kokoro/american-english", { prompt: "a lighthouse" });
    const tracks = [track("clips", "video", url), track("sound", "audio", voice)];
    const spoken = await make("fal-ai/ffmpeg-api/compose", { tracks });
    const join = (one: string) =>
      make("fal-ai/ffmpeg-api/merge-videos", { video_urls: [one, one] });
    const [silentFilm, spokenFilm] = [await join(url), await join(spoken)];

    const bytes = async (url: string) => await (await fetch(url)).bytes();
    assert.notDeepEqual(await bytes(silentFilm), await bytes(spokenFilm));
  }, CANNED);
});

type Run = Parameters<Parameters<typeof withFal>[0]>[0];

async function clip(fal: Run["fal"], submit: Run["submit"], input: Record<string, unknown>) {
  const { request_id } = await submit(TEXT_MODEL, input);
  await fal.ended(request_id);
  const body = fal.requests.find(({ requestId }) => requestId === request_id)?.result?.body;
  const url = /"(http[^"]+mp4)"/.exec(JSON.stringify(body))?.[1] ?? "";
  return { url, bytes: await (await fetch(url)).bytes() };
}
