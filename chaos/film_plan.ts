import type { Random } from "./random.ts";

/** A step of a film at fal, as the schedule names it; clips count from 1, and so do their voices. */
export type Place =
  | `clip ${number}`
  | `frame ${number}`
  | `voice ${number}`
  | `mux ${number}`
  | "thumbnail"
  | "stitch"
  | "music"
  | "level"
  | "mix";

/** A film that will be ordered. */
export type FilmPlan = {
  number: number;
  userId: string;
  hasImage: boolean;
  /** How each scene begins. */
  scenes: readonly ("last_frame" | "cut")[];
  /** A language model makes the scenes out of its words. */
  isWritten: boolean;
  /** Each scene is spoken over. */
  isSpoken: boolean;
  hasMusic: boolean;
  hasCaptions: boolean;
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
/** Of the films, for each of what a film may have besides clips. */
const SHARE = 0.08;

export function planFilm(number: number, random: Random): FilmPlan {
  const plain = {
    number,
    userId: `user ${random.between(1, USERS)}`,
    hasImage: random.fraction() < 0.7,
    scenes: random.pick(SHAPES),
  };
  const isWritten = random.fraction() < SHARE;
  return {
    ...plain,
    isWritten,
    isSpoken: random.fraction() < SHARE && !isWritten,
    hasMusic: random.fraction() < SHARE,
    hasCaptions: random.fraction() < SHARE && !isWritten,
  };
}

/** Every step of it that fal does. */
export function placesOf({ scenes, isSpoken, hasMusic }: FilmPlan): [Place, ...Place[]] {
  const clips = scenes.map((_, index): Place => `clip ${index + 1}`);
  const frames = scenes.flatMap((_, index): Place[] =>
    scenes[index + 1] === "last_frame" ? [`frame ${index + 1}`] : []
  );
  const voices = scenes.flatMap((_, index): Place[] =>
    isSpoken ? [`voice ${index + 1}`, `mux ${index + 1}`] : []
  );
  return [
    "thumbnail",
    ...clips,
    ...frames,
    ...voices,
    ...(scenes.length > 1 ? ["stitch" as const] : []),
    ...(hasMusic ? ["music", "level", "mix"] as const : []),
  ];
}

/** The clips among them. */
export function clipsOf(film: FilmPlan): [Place, ...Place[]] {
  return ["clip 1", ...film.scenes.slice(1).map((_, index): Place => `clip ${index + 2}`)];
}

/** The prompt by which a clip is known at fal. Clip numbers count from 1. */
export function promptOf(film: number, clip: number): string {
  return `film ${film} clip ${clip}`;
}

/** The prompt of a take that somebody asks for in other words. */
export function retakePromptOf(prompt: string): string {
  return `${prompt} again`;
}

/** What is spoken over it. */
export function voiceOf(film: number, clip: number): string {
  return `film ${film} voice ${clip}`;
}

export function musicOf(film: number): string {
  return `film ${film} music`;
}

/** Which step of which film was asked for in these words; null: they are none of ours. */
export function readWords(words: unknown): { film: number; place: Place } | null {
  const found = /^film (\d+) (?:(clip|voice) (\d+)(?: again)?|music)$/.exec(String(words));
  if (!found) return null;
  const [, film, kind, digits] = found;
  const number = Number(digits);
  const place: Place = kind === "clip"
    ? `clip ${number}`
    : kind === "voice"
    ? `voice ${number}`
    : "music";
  return { film: Number(film), place };
}
