import assert from "node:assert/strict";
import { startFal } from "../local/simulators/fal/server.ts";
import { Places } from "./places.ts";

const TEXT = "fal-ai/kling-video/v2.5-turbo/pro/text-to-video";
const FRAME = "fal-ai/ffmpeg-api/extract-frame";
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
      return /"url":"([^"]+)"/.exec(JSON.stringify(body))?.[1] ?? "";
    };
    const one = await make(TEXT, { prompt: "film 7 clip 1", duration: "5" });
    const two = await make(TEXT, { prompt: "film 7 clip 2", duration: "5" });
    const film = await make(JOIN, { video_urls: [one, two] });
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
    assert.equal(places.of({ video_url: "http://elsewhere/a.mp4" }), null);
  } finally {
    await fal.stop();
  }
});
