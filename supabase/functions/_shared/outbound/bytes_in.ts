import { inCrumbs } from "./outbound_failure.ts";

/** Bytes as they come in, some of which may be put back. */
export interface BytesIn {
  /** The next bytes, however many there are; null at the end. */
  read(): Promise<Uint8Array | null>;
  /** To be read again. */
  unread(bytes: Uint8Array): void;
}

/** An answer to a delivery is short, a film is not. */
const CHUNK = { first: 2048, last: 65_536 };
/** So many reads are free; then each has to bring so many bytes on average. */
const CRUMBS = { free: 4000, bytes: 64 };

/**
 * What comes in crumbs takes more of our time than of its sender's, and breaks.
 *
 * @throws {OutboundFailure}
 */
export function bytesIn(connection: Pick<Deno.Conn, "read">): BytesIn {
  const held: Uint8Array[] = [];
  let size = CHUNK.first;
  let owed = -CRUMBS.free * CRUMBS.bytes;

  return {
    async read() {
      const first = held.pop();
      if (first) return first;
      const chunk = new Uint8Array(size);
      const length = await connection.read(chunk);
      if (length === size) size = Math.min(size * 2, CHUNK.last);
      owed = Math.max(owed + CRUMBS.bytes - (length ?? 0), -CRUMBS.free * CRUMBS.bytes);
      if (owed > 0) throw inCrumbs();
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
  let room: Uint8Array = new Uint8Array(0);
  let length = 0;
  while (length <= most) {
    const more = await source.read();
    if (more === null) return null;
    const from = Math.max(length - end.length + 1, 0);
    // What comes in one piece is not copied: a page may hold thousands of lines.
    if (length === 0) room = more;
    // Twice as much each time: of what comes byte by byte, all would be copied for each of them.
    else if (length + more.length > room.length) room = copyInto(2 * (length + more.length), room);
    if (length > 0) room.set(more, length);
    length += more.length;
    const at = indexOf(room.subarray(0, length), end, from);
    if (at >= 0) {
      source.unread(room.subarray(at + end.length, length));
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
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
