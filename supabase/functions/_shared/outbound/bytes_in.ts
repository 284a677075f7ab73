/** Bytes as they come in, some of which may be put back. */
export interface BytesIn {
  /** The next bytes, however many there are; null at the end. */
  read(): Promise<Uint8Array | null>;
  /** To be read again. */
  unread(bytes: Uint8Array): void;
}

/** An answer to a delivery is short, a film is not. */
const CHUNK = { first: 2048, last: 65_536 };

export function bytesIn(connection: Pick<Deno.Conn, "read">): BytesIn {
  const held: Uint8Array[] = [];
  let size = CHUNK.first;

  return {
    async read() {
      const first = held.pop();
      if (first) return first;
      const chunk = new Uint8Array(size);
      const length = await connection.read(chunk);
      if (length === size) size = Math.min(size * 2, CHUNK.last);
      return length === null ? null : chunk.subarray(0, length);
    },
    unread(bytes) {
      if (bytes.length > 0) held.push(bytes);
    },
  };
}

/**
 * Reads up to the first `end` and gives what stands before it; null where there is none within
 * `most` bytes, or at all.
 */
export async function readUntil(
  source: BytesIn,
  end: Uint8Array,
  most: number,
): Promise<Uint8Array | null> {
  let read = new Uint8Array(0);
  while (read.length <= most) {
    const more = await source.read();
    if (more === null) return null;
    const from = Math.max(read.length - end.length + 1, 0);
    const whole = new Uint8Array(read.length + more.length);
    whole.set(read);
    whole.set(more, read.length);
    const at = indexOf(whole, end, from);
    if (at >= 0) {
      source.unread(whole.subarray(at + end.length));
      return at > most ? null : whole.subarray(0, at);
    }
    read = whole;
  }
  return null;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = from; at <= bytes.length - wanted.length; at++) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
