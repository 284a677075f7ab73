import { z } from "zod";
import { joinClips, saveFrame } from "../media.ts";
import { probe } from "../probe.ts";
import { text } from "../read_input.ts";
import { type Keyframe, levelSound, makeMusic, makeSpeech, putSoundUnder } from "../sound.ts";
import { downloadInput, type ModelDeps } from "./download_input.ts";
import { ModelError } from "./validate.ts";

/* fal's endpoints that speak, make music, and put sound under video. */

export const SOUND_WORK = ["speech", "music", "level", "merge_sound", "compose"] as const;
export type SoundWork = (typeof SOUND_WORK)[number];

type Input = Record<string, unknown>;

/** Seconds of music where the input names none. */
const USUAL_MUSIC = 30;

const Tracks = z.array(z.object({
  id: z.string(),
  type: z.enum(["video", "audio"]),
  keyframes: z.array(z.object({
    url: z.string(),
    /** Milliseconds. */
    timestamp: z.number().nonnegative(),
    duration: z.number().positive(),
  })).min(1),
}));

export async function runSound(
  work: SoundWork,
  input: Input,
  deps: ModelDeps,
): Promise<Record<string, unknown>> {
  const { media, signal, expiresMs } = deps;
  const path = media.newPath(work === "merge_sound" || work === "compose" ? ".mp4" : ".mp3");
  switch (work) {
    case "speech": {
      const spoken = text(input.text) || text(input.prompt);
      await makeSpeech({ text: spoken, voice: JSON.stringify(voiceOf(input)), path, signal });
      return { audio: await media.publish(path, expiresMs) };
    }
    case "music": {
      const seconds = Number(input.seconds_total ?? input.duration) ||
        Number(input.music_length_ms) / 1000 || USUAL_MUSIC;
      await makeMusic({ words: text(input.prompt), seconds, path, signal });
      const file = await media.publish(path, expiresMs);
      // CassetteAI's alone names both.
      return input.duration === undefined ? { audio: file } : { audio_file: file };
    }
    case "level": {
      const audio = await downloadInput(input, "audio_url", deps);
      const loudness = Number(input.integrated_loudness ?? -18);
      await levelSound({ audio, loudness, path, signal });
      return { audio: await media.publish(path, expiresMs) };
    }
    case "merge_sound": {
      const video = await downloadInput(input, "video_url", deps);
      const file = await downloadInput(input, "audio_url", deps);
      const { duration: seconds } = await probe(video);
      await putSoundUnder({ video, sounds: [{ file, at: 0, seconds }], seconds, path, signal });
      return { video: await media.publish(path, expiresMs) };
    }
    case "compose":
      return await compose(input, path, deps);
  }
}

async function compose(input: Input, path: string, deps: ModelDeps) {
  const { media, signal, expiresMs } = deps;
  const tracks = Tracks.safeParse(input.tracks);
  if (!tracks.success) {
    const [issue] = tracks.error.issues;
    const loc = ["body", "tracks", ...(issue?.path ?? [])];
    throw new ModelError(422, { detail: [{ loc, msg: issue?.message, type: "value_error" }] });
  }
  const placed = async (type: "video" | "audio"): Promise<Keyframe[]> =>
    await Promise.all(
      tracks.data.filter((track) => track.type === type).flatMap(({ keyframes }) =>
        keyframes.map(async ({ url, timestamp, duration }) => ({
          file: await downloadInput({ tracks: url }, "tracks", deps),
          at: timestamp / 1000,
          seconds: duration / 1000,
        }))
      ),
    );
  const clips = await placed("video");
  const sounds = await placed("audio");
  const joined = media.newPath(".mp4");
  await joinClips({ videos: clips.map(({ file }) => file), path: joined, signal });
  const seconds = Math.max(...clips.map(({ at, seconds }) => at + seconds));
  await putSoundUnder({ video: joined, sounds, seconds, path, signal });
  const frame = media.newPath(".jpg");
  await saveFrame({ video: path, at: "first", path: frame, signal });
  return {
    video_url: (await media.publish(path, expiresMs)).url,
    thumbnail_url: (await media.publish(frame, expiresMs)).url,
  };
}

function voiceOf({ voice, voice_setting }: Input): unknown {
  return voice ?? voice_setting ?? "";
}
