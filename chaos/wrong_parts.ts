import type { FalRequest } from "../local/simulators/fal/account.ts";
import { type FilmPlan, musicOf, promptOf, retakePromptOf, voiceOf } from "./film_plan.ts";
import { madeUrls } from "./places.ts";
import type { Take } from "./takes.ts";
import { tracksOf } from "./tracks.ts";

/** What the database says of a film. */
type Kept = {
  /** The clips that are in it, where some may be later takes; null: those that its job asks for. */
  takes: readonly Take[] | null;
  /** The URL of what was stored; null: it is another version's. */
  stored: string | null;
};

/** What is wrong with the parts that a completed film was made of; null when all is well. */
export function wrongParts(
  film: FilmPlan,
  requests: readonly FalRequest[],
  { takes, stored }: Kept = { takes: null, stored: null },
): string | null {
  const billed = requests.filter((request) => request.billed);
  const asked = (words: string) => billed.find(({ input }) => input.prompt === words);
  const clips = film.scenes.map((_, index) => {
    const words = promptOf(film.number, index + 1);
    if (takes === null) return asked(words);
    const { prompt = "", url = null } = takes[index] ?? {};
    const isAsked = prompt === words || prompt === retakePromptOf(words);
    return billed.find((one) => isAsked && one.input.prompt === prompt && urlOf(one) === url);
  });
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
  const wholes = pieces.length > 1 ? joins.map(urlOf) : pieces;
  if (!film.hasMusic) return isAmong(wholes, stored) ? null : NOT_STORED;

  const music = urlOf(asked(musicOf(film.number)));
  const levelled = urlOf(billed.find(({ input }) => input.audio_url === music));
  const mixes = billed.filter(({ input }) => {
    const tracks = tracksOf(input);
    return wholes.includes(tracks?.film) && tracks?.music === levelled;
  });
  if (mixes.length === 0 || levelled === undefined) return "its music is not under it";
  return isAmong(mixes.map(urlOf), stored) ? null : NOT_STORED;
}

const NOT_STORED = "what was stored was made of other clips";

function isAmong(urls: readonly (string | undefined)[], stored: string | null): boolean {
  return stored === null || urls.includes(stored);
}

function urlOf(request: FalRequest | undefined): string | undefined {
  return madeUrls(request?.result?.body)[0];
}
