import type { Random } from "./random.ts";

/** A step of a film at fal, as the schedule names it; clips count from 1. */
export type Place = `clip ${number}` | `frame ${number}` | "thumbnail" | "stitch";

/** A film that will be ordered. */
export type FilmPlan = {
  number: number;
  userId: string;
  hasImage: boolean;
  /** How each scene begins. */
  scenes: readonly ("last_frame" | "cut")[];
};

const SHAPES: readonly [FilmPlan["scenes"], ...FilmPlan["scenes"][]] = [
  ["last_frame"],
  ["last_frame", "last_frame"],
  ["last_frame", "cut"],
  ["last_frame", "last_frame", "last_frame"],
  ["last_frame", "cut", "last_frame"],
  ["last_frame", "last_frame", "cut"],
];
const USERS = 10;

export function planFilm(number: number, random: Random): FilmPlan {
  return {
    number,
    userId: `user ${random.between(1, USERS)}`,
    hasImage: random.fraction() < 0.7,
    scenes: random.pick(SHAPES),
  };
}

/** Every step of it that fal does. */
export function placesOf({ scenes }: FilmPlan): [Place, ...Place[]] {
  const clips = scenes.map((_, index): Place => `clip ${index + 1}`);
  const frames = scenes.flatMap((_, index): Place[] =>
    scenes[index + 1] === "last_frame" ? [`frame ${index + 1}`] : []
  );
  return ["thumbnail", ...clips, ...frames, ...(scenes.length > 1 ? ["stitch" as const] : [])];
}

/** The clips among them. */
export function clipsOf(film: FilmPlan): [Place, ...Place[]] {
  return ["clip 1", ...film.scenes.slice(1).map((_, index): Place => `clip ${index + 2}`)];
}

/** The prompt by which a clip is known at fal. Clip numbers count from 1. */
export function promptOf(film: number, clip: number): string {
  return `film ${film} clip ${clip}`;
}

export function readPrompt(prompt: unknown): { film: number; clip: number } | null {
  const found = /^film (\d+) clip (\d+)$/.exec(String(prompt));
  return found && { film: Number(found[1]), clip: Number(found[2]) };
}
