import type { FalRequest } from "../local/simulators/fal/account.ts";
import type { ChatCall } from "../local/simulators/openai/server.ts";
import { type FilmPlan, musicOf, promptOf, readWords, voiceOf } from "./film_plan.ts";
import { type FilmPlace, madeUrls, Places } from "./places.ts";
import { tracksOf } from "./tracks.ts";

/** What is not kept where its film fails meanwhile, or lacks its thumbnail: another try, or version, has it made again. */
const NOT_KEPT = /^(thumbnail|stitch|mix|(frame|mux) \d+)$/;

/**
 * Work that fal was paid for more than once, by its endpoint and what it was asked for.
 *
 * @param anew the numbers of films that had failed and were tried again, or were ordered again for
 * want of a thumbnail, or may have lacked it and were deleted since.
 */
export function paidTwice(
  requests: readonly FalRequest[],
  anew: ReadonlySet<number> = new Set(),
): string[] {
  const places = new Places(requests);
  const mayBeAgain = (input: FalRequest["input"]) => {
    const found = places.of(input);
    return found !== null && anew.has(found.film) && NOT_KEPT.test(found.place);
  };
  // A clip is asked for once, from whichever image.
  return moreThanOnce(
    requests.filter(({ billed, input }) => billed && !mayBeAgain(input))
      .map(({ endpoint, input }) =>
        readWords(input.prompt)
          ? String(input.prompt)
          : `${nameOf(places.of(input))}${endpoint}${JSON.stringify(input)}`
      ),
  );
}

function nameOf(found: FilmPlace | null): string {
  return found === null ? "" : `film ${found.film} ${found.place}: `;
}

/** Films whose scenes a language model was paid for more than once. */
export function writtenTwice(calls: readonly ChatCall[]): string[] {
  return moreThanOnce(
    calls.map(({ messages }) => `scenes of ${JSON.stringify(messages.at(1)?.content)}`),
  );
}

/** What is wrong with the parts that a completed film was made of; null when all is well. */
export function wrongParts(film: FilmPlan, requests: readonly FalRequest[]): string | null {
  const billed = requests.filter((request) => request.billed);
  const asked = (words: string) => billed.find(({ input }) => input.prompt === words);
  const clips = film.scenes.map((_, index) => asked(promptOf(film.number, index + 1)));
  const urls = clips.map(urlOf);
  if (urls.includes(undefined)) return "a clip was not paid for";

  for (const [index, continuity] of film.scenes.entries()) {
    if (index === 0 || continuity === "cut") continue;
    const frames = billed.filter(({ input }) =>
      input.frame_type === "last" && input.video_url === urls[index - 1]
    );
    const images = frames.flatMap(({ result }) => madeUrls(result?.body));
    const begins = JSON.stringify(clips[index]?.input);
    if (!images.some((image) => begins.includes(image))) {
      return `clip ${index + 1} does not begin with the last frame of clip ${index}`;
    }
  }

  const pieces = film.isSpoken
    ? urls.map((url, index) => {
      const voice = urlOf(asked(voiceOf(film.number, index + 1)));
      return urlOf(billed.find(({ input }) => {
        const tracks = tracksOf(input);
        return tracks?.film === url && tracks?.sound === voice;
      }));
    })
    : urls;
  if (pieces.includes(undefined)) return "a scene is without its voice";
  const joins = billed.filter(({ input }) =>
    JSON.stringify(input.video_urls) === JSON.stringify(pieces)
  );
  if (pieces.length > 1 && joins.length === 0) return "its clips were not joined in order";
  if (!film.hasMusic) return null;

  const wholes = pieces.length > 1 ? joins.map(urlOf) : pieces;
  const music = urlOf(asked(musicOf(film.number)));
  const levelled = urlOf(billed.find(({ input }) => input.audio_url === music));
  const isMixed = billed.map(({ input }) => tracksOf(input))
    .some((tracks) => wholes.includes(tracks?.film) && tracks?.music === levelled);
  return isMixed && levelled !== undefined ? null : "its music is not under it";
}

function urlOf(request: FalRequest | undefined): string | undefined {
  return madeUrls(request?.result?.body)[0];
}

/** With how often they are there. */
function moreThanOnce(names: readonly string[]): string[] {
  return [...Map.groupBy(names, (name) => name)]
    .filter(([, { length }]) => length > 1)
    .map(([name, { length }]) => `${name} (${length})`);
}
