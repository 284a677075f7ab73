import * as z from "zod";
import { MUSIC_MODELS, SPEECH_MODELS } from "./audio_models.ts";
import type { FalRequest } from "./step_request.ts";

/*
 * Sound in fal's words. Parameters are those of the published schemas, and of
 * https://fal.ai/models/fal-ai/ffmpeg-api/merge-audio-video/llms.txt, which the client does not list.
 */

const COMPOSE = "fal-ai/ffmpeg-api/compose";
const MERGE_AUDIO = "fal-ai/ffmpeg-api/merge-audio-video";
const LOUDNORM = "fal-ai/ffmpeg-api/loudnorm";

const VoiceInput = z.object({ text: z.string(), model: z.string(), voice: z.string().nullish() });
const MusicInput = z.object({
  prompt: z.string(),
  model: z.string(),
  seconds: z.number().nullish(),
});
const LevelInput = z.object({ audio_url: z.string(), loudness: z.number() });
const MuxInput = z.object({
  audio_url: z.string(),
  video_urls: z.array(z.string()).min(1),
  lengths: z.array(z.number().nullable()),
  seconds: z.number().nullish(),
});
const MixInput = z.object({
  video_url: z.string(),
  music_url: z.string(),
  has_sound: z.boolean().nullish(),
  seconds: z.number(),
});

/** Seconds of music where nobody can tell how long the film will be. */
const USUAL_MUSIC = 60;

export function voiceRequest(input: Record<string, unknown>): FalRequest {
  const { text, model, voice } = VoiceInput.parse(input);
  const speech = SPEECH_MODELS.get(model);
  if (!speech) throw new Error(`Cannot build fal input: unknown speech model "${model}"`);
  const speaker = voice ?? speech.usual;
  return {
    endpoint: model,
    input: { [speech.text]: text, ...speaker && speech.voice?.(speaker) },
  };
}

export function musicRequest(input: Record<string, unknown>): FalRequest {
  const { prompt, model, seconds } = MusicInput.parse(input);
  const music = MUSIC_MODELS.get(model);
  if (!music) throw new Error(`Cannot build fal input: unknown music model "${model}"`);
  const length = Math.min(Math.max(seconds ?? USUAL_MUSIC, music.shortest), music.longest);
  return { endpoint: model, input: { prompt, ...music.length?.(length) } };
}

export function levelRequest(input: Record<string, unknown>): FalRequest {
  const { audio_url, loudness } = LevelInput.parse(input);
  return { endpoint: LOUDNORM, input: { audio_url, integrated_loudness: loudness } };
}

/**
 * On a timeline of known length the sound ends with the clip, whichever is longer. Where nobody
 * knows the length (a clip as long as its driver), fal merges the two as it does.
 */
export function muxRequest(input: Record<string, unknown>): FalRequest {
  const { audio_url, video_urls, lengths, seconds } = MuxInput.parse(input);
  const [only = "", ...others] = video_urls;
  if (!seconds && others.length > 0) {
    throw new Error("Cannot build fal request: merge-audio-video takes one clip");
  }
  if (!seconds) return { endpoint: MERGE_AUDIO, input: { video_url: only, audio_url } };

  let at = 0;
  const clips = video_urls.map((url, n) => {
    const duration = ms(lengths[n] ?? seconds);
    const keyframe = { url, timestamp: at, duration };
    at += duration;
    return keyframe;
  });
  const tracks = [
    { id: "clips", type: "video", keyframes: clips },
    { id: "sound", type: "audio", keyframes: [{ url: audio_url, timestamp: 0, duration: at }] },
  ];
  return { endpoint: COMPOSE, input: { tracks } };
}

/** fal takes the sound of a film from the film's own file. */
export function mixRequest(input: Record<string, unknown>): FalRequest {
  const { video_url, music_url, has_sound, seconds } = MixInput.parse(input);
  const whole = (url: string) => [{ url, timestamp: 0, duration: ms(seconds) }];
  const tracks = [
    { id: "film", type: "video", keyframes: whole(video_url) },
    ...has_sound ? [{ id: "sound", type: "audio", keyframes: whole(video_url) }] : [],
    { id: "music", type: "audio", keyframes: whole(music_url) },
  ];
  return { endpoint: COMPOSE, input: { tracks } };
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000);
}
