import { createHash } from "node:crypto";
import { runFfmpeg } from "./ffmpeg.ts";
import { mediaSeconds, probe } from "./probe.ts";

/** Every track is made alike, so that clips with and without one can stand in one file. */
export const SOUND_FORMAT = "aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo";
export const AAC = "-c:a aac -b:a 160k -ar 48000 -ac 2".split(" ");
const MP3 = "-c:a libmp3lame -b:a 128k -ar 48000 -ac 2".split(" ");

/** A sound that is cut off ends softly. */
const SOFT_END_IN_SECONDS = 0.2;
const SECONDS_A_WORD = 0.35;

/** Seconds that a text takes to be said. */
export function speechSeconds(text: string): number {
  const words = text.trim().split(/\s+/u).filter((word) => word !== "").length;
  return Math.round((0.3 + words * SECONDS_A_WORD) * 100) / 100;
}

/** Stands for speech: a tone that swells once a word, at a pitch that depends on the voice. */
export async function makeSpeech(
  { text, voice, path, signal }: {
    text: string;
    voice: string;
    path: string;
    signal?: AbortSignal;
  },
): Promise<void> {
  const pitch = 150 + byteOf(voice) % 120;
  const swell = `(0.55+0.45*cos(2*PI*t/${SECONDS_A_WORD}))`;
  const tone = `0.3*${swell}*(sin(2*PI*${pitch}*t)+0.4*sin(2*PI*${2 * pitch}*t))`;
  await makeTone(tone, speechSeconds(text), path, signal);
}

/** Stands for music: a chord whose notes depend on `words`. */
export async function makeMusic(
  { words, seconds, path, signal }: {
    words: string;
    seconds: number;
    path: string;
    signal?: AbortSignal;
  },
): Promise<void> {
  const root = 110 * 2 ** ((byteOf(words) % 12) / 12);
  const chord = [1, 1.26, 1.5].map((ratio) => `0.15*sin(2*PI*${(root * ratio).toFixed(2)}*t)`);
  await makeTone(chord.join("+"), seconds, path, signal);
}

async function makeTone(tone: string, seconds: number, path: string, signal?: AbortSignal) {
  const source = `aevalsrc=exprs='${tone}':s=48000:d=${seconds}`;
  await runFfmpeg(["-f", "lavfi", "-i", source, ...MP3, path], signal);
}

/** Brings a sound to a loudness in LUFS. */
export async function levelSound(
  { audio, loudness, path, signal }: {
    audio: string;
    loudness: number;
    path: string;
    signal?: AbortSignal;
  },
): Promise<void> {
  await runFfmpeg(["-i", audio, "-af", `loudnorm=I=${loudness}`, "-vn", ...MP3, path], signal);
}

/** One sound on a timeline. Seconds. */
export type Keyframe = { file: string; at: number; seconds: number };

/**
 * Puts sounds over a video without touching its frames. A sound that is longer than its place is
 * cut off softly, a shorter one followed by silence: the video keeps its length.
 */
export async function putSoundUnder(
  { video, sounds, seconds, path, signal }: {
    video: string;
    sounds: readonly Keyframe[];
    seconds: number;
    path: string;
    signal?: AbortSignal;
  },
): Promise<void> {
  const legs = await Promise.all(sounds.map(async ({ file, at, seconds: length }, n) => {
    const isCut = (await mediaSeconds(file)) > length + 0.01;
    const end = isCut
      ? `,afade=t=out:st=${Math.max(0, length - SOFT_END_IN_SECONDS)}:d=${SOFT_END_IN_SECONDS}`
      : "";
    const delay = Math.round(at * 1000);
    return `[${n + 1}:a]atrim=0:${length},asetpts=PTS-STARTPTS,${SOUND_FORMAT}${end},` +
      `adelay=${delay}|${delay},apad[a${n}]`;
  }));
  const inputs = sounds.map((_, n) => `[a${n}]`).join("");
  // amix divides by the number of its inputs.
  const mix = `${inputs}amix=inputs=${sounds.length}:duration=longest,volume=${sounds.length}`;
  await runFfmpeg([
    ...["-i", video],
    ...sounds.flatMap(({ file }) => ["-i", file]),
    ...["-filter_complex", `${legs.join(";")};${mix},atrim=0:${seconds}[sound]`],
    ...["-map", "0:v", "-map", "[sound]", "-c:v", "copy", ...AAC],
    ...["-t", String(seconds), "-movflags", "+faststart", path],
  ], signal);
}

/**
 * Lays music under a film for its whole length, repeated where it is shorter, with a soft end. With
 * `ducking` it steps back while the film is heard.
 */
export async function mixMusic(
  { video, music, volume, ducking, path, signal }: {
    video: string;
    music: string;
    volume: number;
    ducking: boolean;
    path: string;
    signal?: AbortSignal;
  },
): Promise<void> {
  const { duration, hasAudio } = await probe(video);
  const end = Math.max(0, duration - 1);
  const bed = `[1:a]${SOUND_FORMAT},volume=${volume},atrim=0:${duration},afade=t=out:st=${end}:d=1`;
  const graph = hasAudio
    ? [
      `[0:a]${SOUND_FORMAT},asplit[film][key]`,
      `${bed}[bed]`,
      ducking
        ? "[bed][key]sidechaincompress=threshold=0.02:ratio=8:attack=20:release=400[low]"
        : "[key]anullsink;[bed]anull[low]",
      `[film][low]amix=inputs=2:duration=first,volume=2,atrim=0:${duration}[sound]`,
    ]
    : [`${bed}[sound]`];
  await runFfmpeg([
    ...["-i", video, "-stream_loop", "-1", "-i", music],
    ...["-filter_complex", graph.join(";")],
    ...["-map", "0:v", "-map", "[sound]", "-c:v", "copy", ...AAC],
    ...["-t", String(duration), "-movflags", "+faststart", path],
  ], signal);
}

function byteOf(words: string): number {
  return createHash("sha256").update(words).digest()[0] ?? 0;
}
