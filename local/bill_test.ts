import assert from "node:assert/strict";
import { onDatabase } from "../supabase/tests/given.ts";
import { chargesOf, sumOf } from "./bill.ts";
import type { FalRequest } from "./simulators/fal/account.ts";

const CLIP = "fal-ai/kling-video/v2.5-turbo/pro/image-to-video";
const FRAME = "fal-ai/ffmpeg-api/extract-frame";

function made(endpoint: string, input: Record<string, unknown>, url: string): FalRequest {
  return {
    requestId: url,
    endpoint,
    input,
    headers: {},
    webhookUrl: null,
    state: "COMPLETED",
    answered: true,
    submittedAt: 0,
    startedAt: 0,
    endedAt: 0,
    result: { status: 200, body: { video: { url } } },
    billed: true,
    webhooks: [],
  };
}

Deno.test(
  "a clip is charged by its seconds, its frame too, a voice by its characters, a storyboard by its calls",
  onDatabase(async ({ sql }) => {
    const requests = [
      made(CLIP, { duration: "10" }, "http://fal/clip.mp4"),
      made(FRAME, { video_url: "http://fal/clip.mp4" }, "http://fal/frame.jpg"),
      made("fal-ai/image-editing/reframe", {}, "http://fal/still.jpg"),
      made("fal-ai/kokoro/american-english", { prompt: "A kettle" }, "http://fal/voice.mp3"),
      made("CassetteAI/music-generator", { prompt: "Jazz", duration: 50 }, "http://fal/jazz.wav"),
    ];
    const charges = await chargesOf(sql, { bill: requests, requests, storyboardCalls: 3 });

    const usd = charges.map((charge) => Math.round((charge.usd ?? 0) * 1e6) / 1e6);
    assert.deepEqual(usd.slice(0, 5), [0.7, 0.002, 0.04, 0.00016, 0.037]);
    assert.equal(usd.slice(5).length, 3);
    assert.equal(Math.round((sumOf(charges) ?? 0) * 1e6) / 1e6, 0.82916);
    const unknown = [made("fal-ai/veo3", { duration: "8s" }, "http://fal/other.mp4")];
    const more = await chargesOf(sql, { bill: unknown, requests: unknown, storyboardCalls: 0 });
    assert.equal(sumOf(more), null, "an unknown price makes the sum unknown");
  }),
);
