import { Buffer } from "node:buffer";
import type { LoadRequest } from "./load.ts";

/** A request as it goes over the wire, on a connection that stays. */
export function toBytes(
  { method = "POST", path, headers, body }: LoadRequest,
  host: string,
): Uint8Array {
  const content = Buffer.from(body);
  const head = [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${content.length}`,
  ];
  return Buffer.concat([Buffer.from(head.join("\r\n") + "\r\n\r\n"), content]);
}

/** Reads one answer as it comes, in one piece or in several. */
export class AnswerReader {
  #bytes: Buffer | null = null;

  /**
   * Its status once it is there as a whole; null before.
   *
   * @throws where the answer does not say how long it is: nobody here sends such
   */
  push(data: Uint8Array): string | null {
    this.#bytes = this.#bytes ? Buffer.concat([this.#bytes, data]) : Buffer.from(data);
    const end = this.#bytes.indexOf("\r\n\r\n");
    if (end < 0) return null;
    const head = this.#bytes.subarray(0, end).toString("latin1");
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`Cannot read an answer without a length: ${head}`);
    return this.#bytes.length < end + 4 + Number(length) ? null : head.slice(9, 12);
  }
}
