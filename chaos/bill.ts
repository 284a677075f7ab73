import type { FalRequest } from "../local/simulators/fal/account.ts";
import { type FilmPlan, promptOf, readPrompt } from "./film_plan.ts";
import { madeUrls } from "./places.ts";

/** Work that fal was paid for more than once, by its endpoint and what it was asked for. */
export function paidTwice(requests: readonly FalRequest[]): string[] {
  const times = new Map<string, number>();
  for (const { billed, endpoint, input } of requests) {
    if (!billed) continue;
    // A clip is asked for once, from whichever image.
    const key = readPrompt(input.prompt) ? String(input.prompt) : endpoint + JSON.stringify(input);
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return [...times].filter(([, count]) => count > 1).map(([key, count]) => `${key} (${count})`);
}

/** What is wrong with the parts that a completed film was made of; null when all is well. */
export function wrongParts(film: FilmPlan, requests: readonly FalRequest[]): string | null {
  const billed = requests.filter((request) => request.billed);
  const clips = film.scenes.map((_, index) => {
    const prompt = promptOf(film.number, index + 1);
    return billed.find(({ input }) => input.prompt === prompt);
  });
  const urls = clips.map((clip) => madeUrls(clip?.result?.body)[0]);
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
  const joins = billed.filter(({ input }) =>
    JSON.stringify(input.video_urls) === JSON.stringify(urls)
  );
  return urls.length > 1 && joins.length !== 1 ? "its clips were not joined once, in order" : null;
}
