/** What a door takes at most. */
export const LARGEST_BODY = 1024 * 1024;
/** What is read on to no purpose: a sender that is cut off in mid-sending never sees our answer. */
const LARGEST_WASTE = 4 * 1024 * 1024;

/**
 * Reads a body while counting: the sender's content-length is not believed. Null where it is longer
 * than `limit` bytes.
 *
 * @throws the signal's reason once it aborts: a sender may announce more than it ever sends.
 */
export async function readBody(
  stream: ReadableStream<Uint8Array> | null,
  limit: number = LARGEST_BODY,
  signal?: AbortSignal,
): Promise<Uint8Array | null> {
  if (stream === null) return new Uint8Array(0);
  const reader = stream.getReader();
  const stop = Promise.withResolvers<never>();
  stop.promise.catch(() => {});
  signal?.addEventListener("abort", () => stop.reject(signal.reason), { once: true });

  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (length <= limit + LARGEST_WASTE) {
      const { done, value } = await Promise.race([reader.read(), stop.promise]);
      if (done) return length > limit ? null : concat(chunks, length);
      length += value.length;
      if (length <= limit) chunks.push(value);
    }
    leave(reader);
    return null;
  } catch (error) {
    leave(reader);
    throw error;
  }
}

/** Not waited for: a sender that is silent may keep its connection open for long. */
function leave(reader: ReadableStreamDefaultReader): void {
  reader.cancel().catch(() => {});
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
