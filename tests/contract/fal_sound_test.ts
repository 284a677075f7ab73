import assert from "node:assert/strict";
import { findEndpoint } from "../../local/simulators/fal/endpoints.ts";
import { validateInput } from "../../local/simulators/fal/validate.ts";
import { MUSIC_MODELS, SPEECH_MODELS } from "../../supabase/functions/_shared/fal/audio_models.ts";
import {
  levelRequest,
  mixRequest,
  musicRequest,
  muxRequest,
  voiceRequest,
} from "../../supabase/functions/_shared/fal/sound_requests.ts";
import type { FalRequest } from "../../supabase/functions/_shared/fal/step_request.ts";

const FILE = "https://v3.fal.media/files/a/file.mp4";
/** A voice that each language of Kokoro, and each other model, has by name. */
const VOICES: Readonly<Record<string, string>> = {
  "fal-ai/kokoro/american-english": "af_heart",
  "fal-ai/kokoro/french": "ff_siwis",
  "fal-ai/kokoro/hindi": "hf_alpha",
  "fal-ai/gemini-tts": "Kore",
  "fal-ai/inworld-tts": "Loretta (en)",
};

function complaints({ endpoint, input }: FalRequest) {
  const published = findEndpoint(endpoint);
  assert.ok(published, `fal has no ${endpoint}`);
  return validateInput(published, input).map(({ loc, msg }) => `${endpoint} ${loc}: ${msg}`);
}

Deno.test("every speech model is asked as fal publishes it, with a voice and without", () => {
  for (const model of SPEECH_MODELS.keys()) {
    for (const voice of [null, VOICES[model] ?? "Rachel"]) {
      assert.deepEqual(complaints(voiceRequest({ text: "Hello", model, voice })), []);
    }
    assert.equal(findEndpoint(model)?.work, "speech", model);
  }
});

Deno.test("every music model is asked as fal publishes it", () => {
  for (const model of MUSIC_MODELS.keys()) {
    for (const seconds of [null, 12.5, 1000]) {
      assert.deepEqual(complaints(musicRequest({ prompt: "A waltz", model, seconds })), []);
    }
    assert.equal(findEndpoint(model)?.work, "music", model);
  }
});

Deno.test("levelling, muxing and mixing are asked as fal publishes them", () => {
  const mux = { audio_url: FILE, video_urls: [FILE], lengths: [5], seconds: 5 };
  const requests = [
    levelRequest({ audio_url: FILE, loudness: -30 }),
    muxRequest(mux),
    muxRequest({ ...mux, lengths: [null], seconds: null }),
    mixRequest({ video_url: FILE, music_url: FILE, has_sound: true, seconds: 5 }),
  ];

  assert.deepEqual(requests.flatMap(complaints), []);
});
