/** What a door takes at most. */
export const LARGEST_BODY = 1024 * 1024;
/** What is read on to no purpose: a sender that is cut off in mid-sending never sees our answer. */
const LARGEST_WASTE = 4 * 1024 * 1024;

/**
 * Reads a request's body. Where its length is declared the server frames it by that (RFC 9112, 6.3), and
 * it is taken in one piece, for half the work of a stream; else it is read while counting. Null where it
 * is longer than `limit` bytes.
 */
export async function readRequest(
  request: Request,
  limit: number = LARGEST_BODY,
): Promise<Uint8Array | null> {
  const { headers } = request;
  const declared = Number(headers.get("content-length") ?? NaN);
  if (!(declared <= limit) || headers.has("transfer-encoding")) {
    return await readBody(request.body, limit);
  }
  const whole = new Uint8Array(await request.arrayBuffer());
  return whole.length > limit ? null : whole;
}

/**
 * Reads a body while counting: the sender's content-length is not believed. Null where it is longer
 * than `limit` bytes.
 */
export async function readBody(
  stream: ReadableStream<Uint8Array> | null,
  limit: number = LARGEST_BODY,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (stream === null) return new Uint8Array(0);

  for await (const chunk of stream) {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
    if (length > limit + LARGEST_WASTE) break;
  }
  return length > limit ? null : concat(chunks, length);
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
