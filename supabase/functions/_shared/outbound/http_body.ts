import { type BytesIn, readUntil } from "./bytes_in.ts";
import type { AnswerHead } from "./http_head.ts";
import { brokeOff, inCrumbs, notHttp } from "./outbound_failure.ts";

/** Bytes of a line that gives a chunk's length, extensions included. */
const LONGEST_LINE = 4096;
/** Bytes around the chunks that are free; then there may be one for so many of the body. */
const FRAMING = { free: 65_536, per: 32 };
const LINE_END = new TextEncoder().encode("\r\n");

/**
 * An answer's body, as it comes in (RFC 9112, 6.3). Nothing is inflated. Breaks where the body ends
 * before it should; how long it gets is up to whoever reads it.
 *
 * @throws {OutboundFailure}
 */
export async function* readBodyOf(
  { status, headers }: AnswerHead,
  source: BytesIn,
): AsyncGenerator<Uint8Array, void> {
  if (status === 204 || status === 304) return;
  if (headers.has("transfer-encoding")) yield* readChunks(source);
  else if (headers.has("content-length")) yield* readLength(source, lengthOf(headers));
  else yield* readToEnd(source);
}

function lengthOf(headers: Headers): number {
  // The same length may be said twice, which `Headers` joins.
  const said = [...new Set((headers.get("content-length") ?? "").split(",").map((n) => n.trim()))];
  if (said.length !== 1 || !/^\d{1,15}$/.test(said[0] ?? "")) throw notHttp();
  return Number(said[0]);
}

async function* readLength(source: BytesIn, length: number): AsyncGenerator<Uint8Array, void> {
  for (let left = length; left > 0;) {
    const bytes = await source.read();
    if (bytes === null) throw brokeOff();
    const ours = bytes.subarray(0, left);
    source.unread(bytes.subarray(ours.length));
    left -= ours.length;
    yield ours;
  }
}

async function* readChunks(source: BytesIn): AsyncGenerator<Uint8Array, void> {
  let owed = -FRAMING.free * FRAMING.per;
  while (true) {
    const line = await readUntil(source, LINE_END, LONGEST_LINE);
    if (line === null) throw brokeOff();
    owed += (line.length + 2 * LINE_END.length) * FRAMING.per;
    if (owed > 0) throw inCrumbs();
    const hex = /^([0-9a-f]{1,12})[ \t]*(?:;|$)/i.exec(new TextDecoder().decode(line))?.[1];
    if (hex === undefined) throw notHttp();
    const length = parseInt(hex, 16);
    if (length === 0) return;
    owed -= length;
    yield* readLength(source, length);
    if ((await readUntil(source, LINE_END, LINE_END.length))?.length !== 0) throw notHttp();
  }
}

async function* readToEnd(source: BytesIn): AsyncGenerator<Uint8Array, void> {
  for (let bytes = await source.read(); bytes !== null; bytes = await source.read()) yield bytes;
}
