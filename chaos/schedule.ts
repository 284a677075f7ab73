import { type FaultKind, type Faults, frequencyOf } from "./fault_kinds.ts";
import { clipsOf, type FilmPlan, type Place, placesOf, planFilm } from "./film_plan.ts";
import { type Random, seededRandom } from "./random.ts";

/** A fault of one step of one film at fal. */
export type FilmFault = {
  kind: FaultKind;
  film: number;
  place: Place;
  /** From 0 up to 1: how bad it is. */
  force: number;
};

/** A fault of the whole stack. */
export type Storm = {
  kind: FaultKind;
  /** It begins when so many films have ended. */
  at: number;
  /** From 0 up to 1: how bad it is, and which of several. */
  force: number;
  choice: number;
};

/** All that a run does to the stack; the same for the same seed. */
export type Schedule = { films: FilmPlan[]; filmFaults: FilmFault[]; storms: Storm[] };

export function planSchedule(
  { films: count, seed, faults }: { films: number; seed: number; faults: Faults },
): Schedule {
  // Each part has numbers of its own, so that fewer kinds of faults befall the same films.
  const films = Array.from({ length: count }, (_, index) => planFilm(index + 1, part(seed, index)));
  const filmFaults = faults.kinds.flatMap((kind) => planFilmFaults(kind, films, seed));
  const storms = faults.kinds.flatMap((kind) => planStorms(kind, count, seed));
  return { films, filmFaults, storms: storms.toSorted((a, b) => a.at - b.at) };
}

/** The clips of a film that fal begins and never ends: they are asked for with little patience. */
export function endlessClips({ filmFaults }: Schedule, film: number): ReadonlySet<Place> {
  return new Set(
    filmFaults.filter((fault) => fault.film === film && fault.kind === "provider-never-ends")
      .map(({ place }) => place),
  );
}

function planFilmFaults(kind: FaultKind, films: FilmPlan[], seed: number): FilmFault[] {
  const share = frequencyOf(kind).films;
  if (share === undefined) return [];
  const random = part(seed, hash(kind));
  const left = [...films];
  return Array.from({ length: timesOf(films.length * share / 100) }, () => {
    const [film] = left.splice(random.between(0, left.length - 1), 1);
    return film && {
      kind,
      film: film.number,
      place: random.pick(kind === "provider-never-ends" ? clipsOf(film) : placesOf(film)),
      force: random.fraction(),
    };
  }).filter((fault) => fault !== undefined);
}

function planStorms(kind: FaultKind, films: number, seed: number): Storm[] {
  const { every } = frequencyOf(kind);
  if (every === undefined) return [];
  const random = part(seed, hash(kind) + 1);
  return Array.from({ length: timesOf(films / every) }, () => ({
    kind,
    // The last films end when nothing is to begin any more.
    at: Math.floor(random.fraction() * films * 0.9),
    force: random.fraction(),
    choice: random.fraction(),
  }));
}

function timesOf(expected: number): number {
  return Math.max(1, Math.round(expected));
}

function part(seed: number, number: number): Random {
  return seededRandom(Math.imul(seed, 0x9E3779B1) ^ Math.imul(number + 1, 0x85EBCA6B));
}

/** FNV-1a. */
function hash(text: string): number {
  return [...text].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16_777_619), 7);
}
