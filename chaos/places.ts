import type { FalRequest } from "../local/simulators/fal/account.ts";
import { type Place, readWords } from "./film_plan.ts";
import { tracksOf } from "./tracks.ts";

export type FilmPlace = { film: number; place: Place };

/** Tells which step of which film a request at fal is, by its prompt or by what it is made from. */
export class Places {
  #requests: readonly FalRequest[];
  #origins = new Map<string, FilmPlace>();
  /** Requests whose result may still come; others were looked at. */
  #open: FalRequest[] = [];
  #seen = 0;

  constructor(requests: readonly FalRequest[]) {
    this.#requests = requests;
  }

  of(input: Record<string, unknown>): FilmPlace | null {
    const asked = readWords(input.prompt);
    if (asked) return asked;

    const tracks = tracksOf(input);
    const parts = Array.isArray(input.video_urls) ? input.video_urls : [input.video_url];
    const origin = this.#originOf(String(tracks?.film ?? input.audio_url ?? parts[0]));
    if (!origin) return null;
    if (tracks) {
      const place = tracks.music === null ? `mux ${clipNumber(origin.place)}` as const : "mix";
      return { film: origin.film, place };
    }
    if (input.audio_url) return { film: origin.film, place: "level" };
    if (Array.isArray(input.video_urls)) return { film: origin.film, place: "stitch" };
    return input.frame_type === "last" && origin.place.startsWith("clip")
      ? { film: origin.film, place: `frame ${clipNumber(origin.place)}` }
      : { film: origin.film, place: "thumbnail" };
  }

  #originOf(url: string): FilmPlace | undefined {
    if (!this.#origins.has(url)) this.#look();
    return this.#origins.get(url);
  }

  #look(): void {
    this.#open.push(...this.#requests.slice(this.#seen));
    this.#seen = this.#requests.length;
    const ended = this.#open.filter(({ result }) => result !== null);
    this.#open = this.#open.filter(({ result }) => result === null);
    // In order: a film is made of clips, which stand before it.
    for (const { input, result } of ended) {
      for (const url of madeUrls(result?.body)) {
        const place = this.of(input);
        if (place) this.#origins.set(url, place);
      }
    }
  }
}

/** Of `clip 2`. */
function clipNumber(place: Place): number {
  return Number(place.slice("clip ".length));
}

/** The URLs of what a request made. */
export function madeUrls(body: unknown): string[] {
  return [...JSON.stringify(body ?? null).matchAll(/"(?:video_)?url":"([^"]+)"/g)].map((
    [, url = ""],
  ) => url);
}
