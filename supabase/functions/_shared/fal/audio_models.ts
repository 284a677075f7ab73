/*
 * fal's endpoints that speak and that make music, by what their published schemas call things
 * (`endpoints.d.ts` of @fal-ai/client 1.10.1).
 */

export type SpeechModel = {
  text: "prompt" | "text";
  /** How the voice is named; null: the model has one voice. */
  voice: ((voice: string) => Record<string, unknown>) | null;
  /** Where the job names no voice and the model requires one. */
  usual: string | null;
};

export type MusicModel = {
  /** How the length is asked for; null: the model makes what it makes. */
  length: ((seconds: number) => Record<string, unknown>) | null;
  /** Seconds of the shortest piece that may be asked for, and of the longest. */
  shortest: number;
  longest: number;
};

const named = (voice: string) => ({ voice });
const byId = (voice: string) => ({ voice_setting: { voice_id: voice } });

/** Kokoro has an endpoint a language; of others than these fal publishes no voices of their own. */
const KOKORO: Readonly<Record<string, string | null>> = {
  "american-english": null,
  "french": "ff_siwis",
  "hindi": "hf_alpha",
};

export const SPEECH_MODELS: ReadonlyMap<string, SpeechModel> = new Map<string, SpeechModel>([
  ...Object.entries(KOKORO).map(([language, usual]): [string, SpeechModel] => [
    `fal-ai/kokoro/${language}`,
    { text: "prompt", voice: named, usual },
  ]),
  ["fal-ai/elevenlabs/tts/eleven-v3", { text: "text", voice: named, usual: null }],
  ["fal-ai/elevenlabs/tts/multilingual-v2", { text: "text", voice: named, usual: null }],
  ["fal-ai/elevenlabs/tts/turbo-v2.5", { text: "text", voice: named, usual: null }],
  ["fal-ai/minimax/speech-2.8-hd", { text: "prompt", voice: byId, usual: null }],
  ["fal-ai/minimax/speech-2.8-turbo", { text: "prompt", voice: byId, usual: null }],
  ["fal-ai/gemini-tts", { text: "prompt", voice: named, usual: null }],
  ["fal-ai/inworld-tts", { text: "text", voice: named, usual: null }],
  ["fal-ai/chatterbox/text-to-speech", { text: "text", voice: null, usual: null }],
]);

export const MUSIC_MODELS: ReadonlyMap<string, MusicModel> = new Map<string, MusicModel>([
  ["fal-ai/stable-audio-25/text-to-audio", {
    length: (seconds) => ({ seconds_total: Math.ceil(seconds) }),
    shortest: 1,
    longest: 190,
  }],
  ["fal-ai/elevenlabs/music", {
    length: (seconds) => ({ music_length_ms: Math.ceil(seconds * 1000) }),
    shortest: 3,
    longest: 300,
  }],
  ["CassetteAI/music-generator", {
    length: (seconds) => ({ duration: Math.ceil(seconds) }),
    shortest: 10,
    longest: 180,
  }],
  ["fal-ai/lyria2", { length: null, shortest: 30, longest: 30 }],
]);
