import type { FalRequest } from "../local/simulators/fal/account.ts";
import type { ChatCall } from "../local/simulators/openai/server.ts";
import { readWords } from "./film_plan.ts";
import { type FilmPlace, Places } from "./places.ts";

/** What is not kept where its film fails meanwhile, or lacks its thumbnail: another try, or version, has it made again. */
const NOT_KEPT = /^(thumbnail|stitch|mix|(frame|mux) \d+)$/;

/**
 * Work that fal was paid for more than once, by its endpoint and what it was asked for.
 *
 * @param anew the numbers of films that had failed and were tried again, had a scene made once more,
 * were ordered again for want of a thumbnail, or may have lacked it and were deleted since.
 * @param retaken of those a scene of which was made once more: there each take is paid for once.
 */
export function paidTwice(
  requests: readonly FalRequest[],
  { anew = new Set(), retaken = new Set(), clipOf = () => "" }: {
    anew?: ReadonlySet<number>;
    retaken?: ReadonlySet<number>;
    clipOf?: (request: FalRequest) => string;
  } = {},
): string[] {
  const places = new Places(requests);
  const takeOf = (request: FalRequest) => {
    const found = readWords(request.input.prompt);
    const isRetaken = found?.place.startsWith("clip") && retaken.has(found.film);
    return isRetaken ? ` ${clipOf(request)}` : "";
  };
  const mayBeAgain = (input: FalRequest["input"]) => {
    const found = places.of(input);
    return found !== null && anew.has(found.film) && NOT_KEPT.test(found.place);
  };
  // A clip is asked for once, from whichever image.
  return moreThanOnce(
    requests.filter(({ billed, input }) => billed && !mayBeAgain(input))
      .map((request) =>
        readWords(request.input.prompt)
          ? `${request.input.prompt}${takeOf(request)}`
          : `${nameOf(places.of(request.input))}${request.endpoint}${JSON.stringify(request.input)}`
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

/** With how often they are there. */
function moreThanOnce(names: readonly string[]): string[] {
  return [...Map.groupBy(names, (name) => name)]
    .filter(([, { length }]) => length > 1)
    .map(([name, { length }]) => `${name} (${length})`);
}
