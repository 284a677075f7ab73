import { probe } from "./simulators/probe.ts";
import { ssim } from "./simulators/ssim.ts";

/** A seam hides what compression changes and no more. */
export const LEAST_SEAM_LIKENESS = 0.95;
/** A clip whose ends are more alike than this stands still. */
export const MOST_OWN_LIKENESS = 0.8;
const DURATION_TOLERANCE_IN_SECONDS = 0.2;

export type Seam = {
  /** Last frame of a scene's clip against the first of the next, by SSIM. */
  clips: number;
  /** The same two frames as they stand in the film. */
  film: number;
};

export type FilmReport = {
  /** Seconds. */
  duration: number;
  seams: Seam[];
  /** Each clip's first frame against its own last, by SSIM. */
  motions: number[];
  /** What is wrong with the film; empty for a good one. */
  problems: string[];
};

/**
 * Holds a film against the clips it was made of, one a scene and in order: H.264, as long as its
 * scenes together, every scene continuing the one before it unless its number is one of `cuts`, and
 * none standing still. `seconds` is what was asked of each scene.
 */
export async function checkFilm(
  { film, clips, seconds, cuts = [], isCaptioned = false }: {
    film: string;
    clips: string[];
    seconds: number;
    cuts?: readonly number[];
    /** Captions stand in the picture, and change at each seam. */
    isCaptioned?: boolean;
  },
): Promise<FilmReport> {
  const { codec, duration } = await probe(film);
  const problems: string[] = [];
  if (codec !== "h264") problems.push(`The film is ${codec}, not h264`);
  const asked = clips.length * seconds;
  if (Math.abs(duration - asked) > DURATION_TOLERANCE_IN_SECONDS) {
    problems.push(`The film lasts ${duration} s, its scenes together ${asked} s`);
  }
  const seams: Seam[] = [];
  let frames = 0;
  for (const [n, clip] of clips.slice(0, -1).entries()) {
    const next = clips[n + 1] ?? clip;
    frames += (await probe(clip)).frames;
    const seam = {
      clips: await ssim({ path: clip, at: "last" }, { path: next, at: "first" }),
      film: await ssim({ path: film, at: frames - 1 }, { path: film, at: frames }),
    };
    seams.push(seam);
    const likeness = isCaptioned ? seam.clips : Math.min(seam.clips, seam.film);
    if (likeness < LEAST_SEAM_LIKENESS && !cuts.includes(n + 2)) {
      const least = LEAST_SEAM_LIKENESS;
      problems.push(`Scene ${n + 2} does not continue scene ${n + 1}: SSIM ${likeness} < ${least}`);
    }
  }
  const motions: number[] = [];
  for (const [n, path] of clips.entries()) {
    const likeness = await ssim({ path, at: "first" }, { path, at: "last" });
    motions.push(likeness);
    if (likeness < MOST_OWN_LIKENESS) continue;
    problems.push(`Scene ${n + 1} stands still: SSIM ${likeness} >= ${MOST_OWN_LIKENESS}`);
  }
  return { duration, seams, motions, problems };
}
