import type { Provider, StepKind, StepWork } from "../functions/_shared/transitions/steps.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { finish } from "./drive.ts";
import type { Given } from "./given.ts";
import { jobOf, type JobOptions } from "./job_of.ts";
import { claim, outputOf, PROVIDERS } from "./verbs.ts";

export const MUSIC = { url: "https://music.test/bed.mp3", volume: 0.25, ducking: true };
export const SERVICES = {
  ...PROVIDERS,
  stitch: "stitch",
  mux_audio: "stitch",
  mix_music: "stitch",
} as const;

export type SoundJob = JobOptions & {
  /** Every scene has a voice-over. */
  speak?: boolean;
  words?: string[];
  audio?: (string | null)[];
  fades?: boolean;
};

export async function aJob(
  { db }: Given,
  { speak = false, words, audio = [], fades = false, ...options }: SoundJob,
): Promise<string> {
  const job = jobOf(options);
  for (const [n, scene] of job.scenes.entries()) {
    if (speak) scene.voice_over = words?.[n] ?? `Words ${n + 1}`;
    if (audio[n]) scene.audio_url = audio[n];
    if (fades && n > 0) scene.transition = "fade";
  }
  return (await createProject(db, job)).project_id;
}

/** Completes whatever is due, round after round, until nothing is. */
export async function makeFilm(
  given: Given,
  projectId: string,
  providers: Partial<Record<StepKind, Provider>> = PROVIDERS,
): Promise<StepWork[][]> {
  const rounds: StepWork[][] = [];
  for (;;) {
    const works = (await claim(given.db, { providers })).filter((work) =>
      work.project_id === projectId
    );
    if (works.length === 0) return rounds;
    rounds.push(works);
    for (const work of works) await finish(given, work);
  }
}

export function outputs(rounds: StepWork[][]) {
  return grouped(rounds, (work) => outputOf(work));
}

export function inputsOf(rounds: StepWork[][]) {
  return grouped(rounds, ({ attempt }) => {
    const { project_id: _p, scene_id: _s, chunk_id: _c, is_film: _f, ...input } = attempt.input;
    return input;
  });
}

function grouped<T>(rounds: StepWork[][], of: (work: StepWork) => T): Record<string, T[]> {
  const all: Record<string, T[]> = {};
  const sorted = rounds.flat().toSorted((a, b) => a.step_id < b.step_id ? -1 : 1);
  for (const work of sorted) (all[work.step] ??= []).push(of(work));
  return all;
}
