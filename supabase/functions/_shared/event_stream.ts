/** Headers of server-sent events that no proxy may keep back or rewrite. */
export const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** Milliseconds that a stream lasts; well below the 150 seconds that a hosted isolate lives at least. */
export const LONGEST_STREAM = 100_000;
/** Milliseconds of silence after which proxies might think that a connection is dead. */
export const MOST_SILENCE = 15_000;
/** Milliseconds between two looks, from when something happened to when nothing does. */
export const LOOK_AGAIN = { first: 1000, last: 5000, growth: 1.5 };

/** Milliseconds after which a reader whose stream has ended comes again. */
export const FIRST_WORDS = "retry: 2000\n\n";

/** A comment, which says nothing but that somebody is there. */
export const HEARTBEAT = ": alive\n\n";

/**
 * A stream of what a generator says, word by word as it is read.
 *
 * @param onEnd called once: when all is said, when saying it breaks, or when the reader has gone
 */
export function streamWords(
  words: AsyncGenerator<string, void>,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let ended = false;
  const end = () => {
    if (!ended) onEnd();
    ended = true;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await words.next().catch((error) => {
        end();
        throw error;
      });
      if (ended) return;
      if (!done) return controller.enqueue(encoder.encode(value));
      end();
      controller.close();
    },
    cancel() {
      end();
      // It may be waiting: it ends when it has waited.
      void words.return();
    },
  });
}

/** What a request of this method gets of a stream: nobody reads what a HEAD would have, or ends it. */
export async function forMethod(method: string, stream: Response): Promise<Response> {
  if (method === "HEAD") await stream.body?.cancel();
  return stream;
}
