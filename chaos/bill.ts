import type { FalRequest } from "../local/simulators/fal/account.ts";
import type { ChatCall } from "../local/simulators/openai/server.ts";
import { type FilmPlan, musicOf, promptOf, readWords, voiceOf } from "./film_plan.ts";
import { madeUrls } from "./places.ts";
import { tracksOf } from "./tracks.ts";

/** Work that fal was paid for more than once, by its endpoint and what it was asked for. */
export function paidTwice(requests: readonly FalRequest[]): string[] {
  // A clip is asked for once, from whichever image.
  return moreThanOnce(
    requests.filter(({ billed }) => billed).map(({ endpoint, input }) =>
      readWords(input.prompt) ? String(input.prompt) : endpoint + JSON.stringify(input)
    ),
  );
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
  if (pieces.length > 1 && joins.length !== 1) return "its clips were not joined once, in order";
  if (!film.hasMusic) return null;

  const whole = pieces.length > 1 ? urlOf(joins[0]) : pieces[0];
  const music = urlOf(asked(musicOf(film.number)));
  const levelled = urlOf(billed.find(({ input }) => input.audio_url === music));
  const mixes = billed.map(({ input }) => tracksOf(input))
    .filter((tracks) => tracks?.film === whole && tracks?.music === levelled);
  return mixes.length === 1 && levelled !== undefined ? null : "its music is not under it, once";
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
