import assert from "node:assert/strict";
import { startFal } from "../local/simulators/fal/server.ts";
import { madeUrls, Places } from "./places.ts";

const TEXT = "fal-ai/kling-video/v2.5-turbo/pro/text-to-video";
const FRAME = "fal-ai/ffmpeg-api/extract-frame";
const VOICE = "fal-ai/kokoro/american-english";
const MUSIC = "fal-ai/stable-audio-25/text-to-audio";
const LEVEL = "fal-ai/ffmpeg-api/loudnorm";
const COMPOSE = "fal-ai/ffmpeg-api/compose";
const JOIN = "fal-ai/ffmpeg-api/merge-videos";

Deno.test("a request is known by its prompt, or by whose clips it is made from", async () => {
  const fal = await startFal({ media: "canned", shortSide: 64 });
  try {
    const places = new Places(fal.requests);
    const make = async (endpoint: string, input: Record<string, unknown>) => {
      const answer = await fetch(`${fal.queueUrl}/${endpoint}`, {
        method: "POST",
        headers: { authorization: "Key test" },
        body: JSON.stringify(input),
      });
      const { request_id } = await answer.json();
      await fal.ended(request_id);
      const body = fal.requests.find(({ requestId }) => requestId === request_id)?.result?.body;
      return madeUrls(body)[0] ?? "";
    };
    const one = await make(TEXT, { prompt: "film 7 clip 1", duration: "5" });
    const two = await make(TEXT, { prompt: "film 7 clip 2", duration: "5" });
    const film = await make(JOIN, { video_urls: [one, two] });
    const voice = await make(VOICE, { prompt: "film 7 voice 2" });
    const music = await make(MUSIC, { prompt: "film 7 music", seconds_total: 5 });
    const low = await make(LEVEL, { audio_url: music, integrated_loudness: -30 });
    const spoken = await make(COMPOSE, tracks({ clips: two, sound: voice }));
    const again = await make(COMPOSE, tracks({ clips: one, sound: voice }));
    await make(FRAME, { video_url: two, frame_type: "last" });

    assert.deepEqual(places.of({ prompt: "film 7 clip 2" }), { film: 7, place: "clip 2" });
    assert.deepEqual(places.of({ video_url: two, frame_type: "last" }), {
      film: 7,
      place: "frame 2",
    });
    assert.deepEqual(places.of({ video_urls: [one, two] }), { film: 7, place: "stitch" });
    assert.deepEqual(places.of({ video_url: film, frame_type: "first" }), {
      film: 7,
      place: "thumbnail",
    });
    assert.notEqual(spoken, again);
    assert.deepEqual(places.of({ prompt: "film 7 voice 2" }), { film: 7, place: "voice 2" });
    assert.deepEqual(places.of({ prompt: "film 7 music" }), { film: 7, place: "music" });
    assert.deepEqual(places.of({ audio_url: music }), { film: 7, place: "level" });
    assert.deepEqual(places.of(tracks({ clips: two, sound: voice })), { film: 7, place: "mux 2" });
    assert.deepEqual(places.of(tracks({ film: spoken, music: low })), { film: 7, place: "mix" });
    assert.deepEqual(places.of({ video_urls: [spoken, again] }), { film: 7, place: "stitch" });
    assert.equal(places.of({ video_url: "http://elsewhere/a.mp4" }), null);
  } finally {
    await fal.stop();
  }
});

function tracks(urls: Record<string, string>) {
  return {
    tracks: Object.entries(urls).map(([id, url], index) => ({
      id,
      type: index === 0 ? "video" : "audio",
      keyframes: [{ url, timestamp: 0, duration: 5000 }],
    })),
  };
}
