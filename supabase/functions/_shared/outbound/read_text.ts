/**
 * Reads the first bytes of a body as text, null where there are none. What breaks off or runs into
 * the deadline is cut there: the status has already said how it ended. Null bytes go, because
 * Postgres text cannot hold them.
 */
export async function readText(
  body: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<string | null> {
  const decoder = new TextDecoder();
  let text: string | null = null;
  let left = bytes;

  try {
    for await (const chunk of body) {
      text = (text ?? "") + decoder.decode(chunk.subarray(0, left), { stream: true });
      left -= chunk.length;
      if (left <= 0) break;
    }
  } catch {
    // Cut here.
  }
  return text?.replaceAll("\0", "") ?? null;
}
