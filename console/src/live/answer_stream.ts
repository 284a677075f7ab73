import * as z from "zod/mini";
import { readServerSent } from "../../../client/server_sent.ts";
import type { Told } from "../api/client.ts";

const Event = z.object({
  path: z.string(),
  status: z.number(),
  tag: z.string(),
  body: z.unknown(),
});

export type Listener = {
  onTold: (told: Told) => void;
  /** Whether it is told of its path is another now. */
  onChange: () => void;
};

/** One stream for all that the page shows; where none can be had, nobody is told anything. */
export interface AnswerStream {
  /** Listens until the function that is returned is called. */
  listen(path: string, listener: Listener): () => void;
  /** Whether what happens to this path is told: nobody need look for it then. */
  tells(path: string): boolean;
  /**
   * Begins again, from what is known then; while the tab is hidden it only ends. What was under way
   * from before is not told any more: it may be older than what is read now.
   */
  beginAgain(): void;
  end(): void;
}

export type AnswerStreamDeps = {
  /** Asks the API for a stream of what these paths answer. */
  open: (paths: readonly string[], signal: AbortSignal) => Promise<Response>;
  isHidden: () => boolean;
  /** Calls after so many milliseconds, unless it is called off. */
  later: (ms: number, call: () => void) => () => void;
  /** Milliseconds. */
  now: () => number;
  onChange?: (isOpen: boolean) => void;
};

/** A page shows several paths, one after another: they are asked for together. */
const GATHER_MS = 50;
/** Something is said every 15 seconds, and at once when it begins. */
const FIRST_WORDS_MS = 10_000;
const SILENCE_MS = 40_000;
/** What ends sooner was cut off: whoever stands between ends it, and will again. */
const SHORT_MS = 10_000;
const SLOWEST_MS = 60_000;

export function createAnswerStream(deps: AnswerStreamDeps): AnswerStream {
  const { open, isHidden, later, now, onChange = () => {} } = deps;
  const listeners = new Map<string, Set<Listener>>();
  let told: ReadonlySet<string> = new Set();
  let running: AbortController | null = null;
  let callOff = () => {};
  let failures = 0;
  /** An API of an earlier release has no streams. */
  let isKnownToFail = false;

  function setTold(paths: readonly string[]): void {
    if (told.size === 0 && paths.length === 0) return;
    told = new Set(paths);
    onChange(told.size > 0);
    for (const one of [...listeners.values()].flatMap((set) => [...set])) one.onChange();
  }

  function again(ms: number): void {
    callOff();
    running?.abort();
    running = null;
    setTold([]);
    if (isKnownToFail || isHidden() || listeners.size === 0) return;
    callOff = later(ms, run);
  }

  async function run(): Promise<void> {
    const ending = new AbortController();
    const began = now();
    running = ending;
    const paths = [...listeners.keys()];
    let callOffEnd = later(FIRST_WORDS_MS, () => ending.abort());
    const hear = () => {
      callOffEnd();
      callOffEnd = later(SILENCE_MS, () => ending.abort());
      if (told.size === 0 && running === ending) setTold(paths);
    };
    try {
      const response = await open(paths, ending.signal);
      isKnownToFail = response.status === 404 || response.status === 405;
      if (!response.ok || !response.body) throw new Error(`The API answered ${response.status}`);
      for await (const { event, data } of readServerSent(heard(response.body, hear))) {
        if (running !== ending) return;
        if (event === "answer") tell(Event.parse(JSON.parse(data)));
      }
      failures = now() - began < SHORT_MS ? failures + 1 : 0;
    } catch {
      if (running === ending) failures++;
    } finally {
      callOffEnd();
      // Who was sent away by another one is not to begin again.
      if (running === ending) again(failures === 0 ? 0 : pauseAfter(failures));
    }
  }

  function tell(it: Told): void {
    for (const one of listeners.get(it.path) ?? []) one.onTold(it);
  }

  return {
    listen(path, listener) {
      const known = listeners.get(path);
      if (known) known.add(listener);
      else {
        listeners.set(path, new Set([listener]));
        again(GATHER_MS);
      }
      return () => {
        const left = listeners.get(path);
        left?.delete(listener);
        if (left?.size !== 0) return;
        listeners.delete(path);
        again(GATHER_MS);
      };
    },
    tells: (path) => told.has(path),
    beginAgain: () => again(GATHER_MS),
    end() {
      listeners.clear();
      again(0);
    },
  };
}

function pauseAfter(failures: number): number {
  return Math.min(SLOWEST_MS, 1000 * 2 ** Math.min(failures, 6));
}

/** The same bytes; `onBytes` is called for each part as it comes. */
function heard(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): ReadableStream<Uint8Array> {
  return body.pipeThrough(
    new TransformStream({
      transform(part, to) {
        onBytes();
        to.enqueue(part);
      },
    }),
  );
}
