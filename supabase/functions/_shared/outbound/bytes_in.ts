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
  let room: Uint8Array = new Uint8Array(512);
  let length = 0;
  while (length <= most) {
    const more = await source.read();
    if (more === null) return null;
    const from = Math.max(length - end.length + 1, 0);
    // Twice as much each time: of what comes byte by byte, all would be copied for each of them.
    if (length + more.length > room.length) room = copyInto(2 * (length + more.length), room);
    room.set(more, length);
    length += more.length;
    const at = indexOf(room.subarray(0, length), end, from);
    if (at >= 0) {
      source.unread(room.slice(at + end.length, length));
      return at > most ? null : room.subarray(0, at);
    }
  }
  return null;
}

function copyInto(size: number, bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(size);
  larger.set(bytes);
  return larger;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = from; at <= bytes.length - wanted.length; at++) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
