/**
 * Reads the first bytes of an answer as text and lets go of the rest. What breaks off or runs into
 * the deadline is cut there: the status has already said how it ended. Null bytes go, because
 * Postgres text cannot hold them.
 */
export async function readExcerpt(
  body: ReadableStream<Uint8Array> | null,
  bytes: number,
): Promise<string | null> {
  if (body === null) return null;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let left = bytes;

  try {
    while (left > 0) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.byteLength;
    }
    await reader.cancel();
  } catch {
    // Cut here.
  }
  return text.replaceAll("\0", "");
}
