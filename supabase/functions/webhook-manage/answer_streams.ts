import type { Deps } from "../_shared/deps.ts";
import { Refusal } from "../_shared/errors.ts";
import {
  EVENT_STREAM_HEADERS,
  FIRST_WORDS,
  HEARTBEAT,
  LONGEST_STREAM,
  LOOK_AGAIN,
  MOST_SILENCE,
  streamWords,
} from "../_shared/event_stream.ts";

/** A path below this door, and the `ETag` of what its reader has of it; "": nothing. */
export type Watched = { path: string; tag: string };

export interface AnswerStreams {
  /**
   * Tells what these paths answer, each time that it is something else than before.
   *
   * @throws {Refusal} 503 where too many streams are open here
   */
  open(watched: readonly Watched[]): Response;
}

export type AnswerStreamsOptions = {
  /** What a GET of the path answers to somebody who is let in. */
  look: (path: string) => Promise<Response>;
  /** Aborted when the isolate is told to go: streams end, and their readers come again. */
  stopping: AbortSignal;
};

/** Consoles that one isolate serves; each look of each goes to the database. */
const MOST_STREAMS = 30;
/** Of the time, one part in so many at most is spent on looking at a path. */
const SHARE = 20;

/**
 * Why one loop looks at the database and nothing wakes it: functions reach Postgres by HTTP alone,
 * where nobody can listen.
 */
export function createAnswerStreams(
  { now, wait }: Pick<Deps, "now" | "wait">,
  { look, stopping }: AnswerStreamsOptions,
): AnswerStreams {
  let open = 0;

  async function* tell(watched: readonly Watched[]): AsyncGenerator<string, void> {
    const until = now() + LONGEST_STREAM;
    const all = watched.map((one) => ({ ...one, pause: LOOK_AGAIN.first, at: now() }));
    let saidAt = now();
    yield FIRST_WORDS;

    while (!stopping.aborted && now() < until) {
      for (const one of all) {
        if (one.at > now()) continue;
        const began = now();
        const { words, tag } = await describe(one.path, look);
        const took = now() - began;
        const isNew = tag !== one.tag;
        one.tag = tag;
        one.pause = isNew
          ? LOOK_AGAIN.first
          : Math.min(one.pause * LOOK_AGAIN.growth, LOOK_AGAIN.last);
        one.at = now() + Math.max(one.pause, took * SHARE);
        if (!isNew) continue;
        saidAt = now();
        yield words;
      }
      if (now() - saidAt >= MOST_SILENCE) {
        saidAt = now();
        yield HEARTBEAT;
      }
      await wait(Math.max(0, Math.min(...all.map(({ at }) => at)) - now()));
    }
  }

  return {
    open(watched) {
      if (open >= MOST_STREAMS) {
        throw new Refusal(503, "Too many streams are open", { headers: { "Retry-After": "5" } });
      }
      open++;
      return new Response(streamWords(tell(watched), () => open--), {
        headers: { ...EVENT_STREAM_HEADERS, "cache-control": "private, no-store, no-transform" },
      });
    },
  };
}

/** One event (WHATWG HTML, 9.2); JSON has no line breaks that could end it. */
async function describe(
  path: string,
  look: AnswerStreamsOptions["look"],
): Promise<{ words: string; tag: string }> {
  const answer = await look(path);
  const tag = answer.headers.get("etag") ?? `${answer.status}`;
  const body = await answer.json().catch(() => null);
  const data = JSON.stringify({ path, status: answer.status, tag, body });
  return { words: `event: answer\ndata: ${data}\n\n`, tag };
}
