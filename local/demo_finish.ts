import type { Cast } from "./outside.ts";
import { meanVolume } from "./simulators/loudness.ts";
import { probe } from "./simulators/probe.ts";
import { makeMusic, makeSpeech } from "./simulators/sound.ts";

/** What the demo's film gets besides its clips. */
export type Finish = { voice: boolean; music: boolean; captions: boolean };

export const FINISH_OPTIONS = {
  voice: { type: "boolean", default: false },
  music: { type: "boolean", default: false },
  captions: { type: "boolean", default: false },
} as const;

export const FINISH_HELP =
  `  --voice              each scene is spoken: by fal's speech model, or, without fal, from files
  --music              music under the film, which steps back under a voice
  --captions           captions beside the film, as --out with .srt and .vtt; with a stitch service
                       (studio, services) also burnt in`;

/** Seconds of the file that is looped under the film. */
const MUSIC_SECONDS = 8;
/** Decibels below full scale under which nothing is heard. */
const SILENCE = -60;

/** A voice of the speech model that the stack names. */
const VOICE = "af_heart";

type Job = Record<string, unknown> & { scenes?: unknown };
type Deps = { cast: Cast; folder: string; serve: (path: string) => string };

/** Adds sound and captions to the demo's job. */
export async function finishJob(
  job: Job,
  { voice, music, captions }: Finish,
  { cast, folder, serve }: Deps,
): Promise<Record<string, unknown>> {
  const scenes = Array.isArray(job.scenes) ? job.scenes : null;
  const stitches = cast === "services" || cast === "studio";
  return {
    ...job,
    // Whoever writes the scenes writes what is spoken, too.
    ...voice && !scenes && { voice: VOICE },
    ...voice && scenes && {
      scenes: await Promise.all(scenes.map(async (scene, n) => {
        if (cast !== "services") return { ...scene, voice_over: `${scene.prompt}.` };
        const path = `${folder}/voice-${n}.mp3`;
        await makeSpeech({ text: scene.prompt, voice: "demo", path });
        return { ...scene, audio_url: serve(path) };
      })),
    },
    ...music && { music_url: serve(await musicFile(folder)) },
    ...captions && { captions: stitches ? "burn" : "files" },
  };
}

async function musicFile(folder: string): Promise<string> {
  const path = `${folder}/music.mp3`;
  await makeMusic({ words: "a paper boat", seconds: MUSIC_SECONDS, path });
  return path;
}

/** What is wrong with the sound of the demo's film; empty for a good one. */
export async function checkFinish(
  film: string,
  { voice, music }: Finish,
  { scenes, seconds }: { scenes: number; seconds: number },
): Promise<string[]> {
  if (!voice && !music) return [];
  if (!(await probe(film)).hasAudio) return ["The film has no sound"];
  const volumes = await Promise.all(
    Array.from(
      { length: scenes },
      (_, n) => meanVolume(film, { from: n * seconds, seconds: Math.min(1, seconds) }),
    ),
  );
  return volumes.flatMap((volume, n) =>
    volume > SILENCE ? [] : [`Scene ${n + 1} is silent: ${volume} dB`]
  );
}

/** Saves the captions beside the film, under its name. */
export async function saveCaptions(
  captions: { srt_url: string; vtt_url: string } | undefined,
  film: string,
  download: (url: string, path: string) => Promise<void>,
): Promise<string[]> {
  if (!captions) throw new Error("Cannot show captions: the film has none");
  const path = film.replace(/\.[^./]*$/, "");
  await download(captions.srt_url, `${path}.srt`);
  await download(captions.vtt_url, `${path}.vtt`);
  const text = await Deno.readTextFile(`${path}.srt`);
  if (!text.includes("-->")) throw new Error("Cannot show captions: the file has none");
  return [`${path}.srt`, `${path}.vtt`];
}
