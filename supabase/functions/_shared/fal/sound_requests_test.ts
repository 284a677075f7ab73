import assert from "node:assert/strict";
import { work } from "./fixture.ts";
import { stepRequest } from "./step_request.ts";

const CLIP = "https://v/1.mp4";
const NEXT = "https://v/2.mp4";
const SOUND = "https://a/1.mp3";
const COMPOSE = "fal-ai/ffmpeg-api/compose";

function request(step: Parameters<typeof work>[0]) {
  return stepRequest(work(step));
}

Deno.test("a text is spoken in the model's own words", () => {
  const said = (model: string, voice: string | null) =>
    request({ step: "generate_voice", input: { text: "Hello", model, voice } });

  assert.deepEqual(said("fal-ai/kokoro/american-english", "af_heart"), {
    endpoint: "fal-ai/kokoro/american-english",
    input: { prompt: "Hello", voice: "af_heart" },
  });
  assert.deepEqual(said("fal-ai/elevenlabs/tts/multilingual-v2", null).input, { text: "Hello" });
  assert.deepEqual(said("fal-ai/minimax/speech-2.8-hd", "Wise_Woman").input, {
    prompt: "Hello",
    voice_setting: { voice_id: "Wise_Woman" },
  });
  assert.deepEqual(said("fal-ai/chatterbox/text-to-speech", "any").input, { text: "Hello" });
  assert.throws(() => said("fal-ai/unknown", null), /unknown speech model/);
});

Deno.test("music is as long as the film, or as short or long as its model can", () => {
  const made = (model: string, seconds: number | null) =>
    request({ step: "generate_music", input: { prompt: "A waltz", model, seconds } }).input;

  assert.deepEqual(made("fal-ai/elevenlabs/music", 12.5), {
    prompt: "A waltz",
    music_length_ms: 12_500,
  });
  assert.deepEqual(made("fal-ai/stable-audio-25/text-to-audio", 400), {
    prompt: "A waltz",
    seconds_total: 190,
  });
  assert.deepEqual(made("CassetteAI/music-generator", 5), { prompt: "A waltz", duration: 10 });
  assert.deepEqual(made("fal-ai/elevenlabs/music", 2).music_length_ms, 3000);
  assert.deepEqual(made("fal-ai/lyria2", 12), { prompt: "A waltz" });
});

Deno.test("the sound of a scene ends with its clips, however long its file is", () => {
  const input = { audio_url: SOUND, video_urls: [CLIP, NEXT], lengths: [10, 2.5], seconds: 12.5 };

  assert.deepEqual(request({ step: "mux_audio", input }), {
    endpoint: COMPOSE,
    input: {
      tracks: [
        {
          id: "clips",
          type: "video",
          keyframes: [
            { url: CLIP, timestamp: 0, duration: 10_000 },
            { url: NEXT, timestamp: 10_000, duration: 2500 },
          ],
        },
        {
          id: "sound",
          type: "audio",
          keyframes: [{ url: SOUND, timestamp: 0, duration: 12_500 }],
        },
      ],
    },
  });
});

Deno.test("a clip of a length that nobody knows is merged with its sound", () => {
  const input = { audio_url: SOUND, video_urls: [CLIP], lengths: [null], seconds: null };

  assert.deepEqual(request({ step: "mux_audio", input }), {
    endpoint: "fal-ai/ffmpeg-api/merge-audio-video",
    input: { video_url: CLIP, audio_url: SOUND },
  });
  const several = { ...input, video_urls: [CLIP, NEXT], lengths: [null, null] };
  assert.throws(() => request({ step: "mux_audio", input: several }), /takes one clip/);
});

Deno.test("music is levelled, and lies under film and sound for their length", () => {
  const level = request({ step: "level_music", input: { audio_url: SOUND, loudness: -30 } });
  const mixed = (has_sound: boolean) =>
    request({
      step: "mix_music",
      input: {
        video_url: CLIP,
        music_url: SOUND,
        volume: null,
        ducking: true,
        has_sound,
        seconds: 5,
      },
    });

  assert.deepEqual(level, {
    endpoint: "fal-ai/ffmpeg-api/loudnorm",
    input: { audio_url: SOUND, integrated_loudness: -30 },
  });
  const whole = (url: string) => [{ url, timestamp: 0, duration: 5000 }];
  assert.deepEqual(mixed(true), {
    endpoint: COMPOSE,
    input: {
      tracks: [
        { id: "film", type: "video", keyframes: whole(CLIP) },
        { id: "sound", type: "audio", keyframes: whole(CLIP) },
        { id: "music", type: "audio", keyframes: whole(SOUND) },
      ],
    },
  });
  assert.equal(JSON.stringify(mixed(false)).includes('"sound"'), false);
});

Deno.test("the cut is made in the size and rate that the job asks for, and never without its fades", () => {
  const video_urls = [CLIP, NEXT];
  const cut = (more: Record<string, unknown>) =>
    request({ step: "stitch", input: { video_urls, aspect_ratio: "16:9", ...more } });

  assert.deepEqual(cut({ fps: 25, width: 1280, height: 720 }).input, {
    video_urls,
    target_fps: 25,
    resolution: { width: 1280, height: 720 },
  });
  assert.throws(() => cut({ transitions: ["cut", "fade"] }), /no transitions/);
});
