import { type BytesIn, readUntil } from "./bytes_in.ts";
import { brokeOff, notHttp, OutboundFailure } from "./outbound_failure.ts";

/** Bytes of status line and headers; others allow as much or less. */
const LONGEST_HEAD = 65_536;
/** Lines in it: `Headers` compares each new name with all before it, a second for ten thousand. */
const MOST_LINES = 500;
/** 100 Continue and 103 Early Hints may come before the answer. */
const MOST_INTERIM = 5;
const BLANK_LINE = new TextEncoder().encode("\r\n\r\n");
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export type AnswerHead = { status: number; headers: Headers };

/**
 * A request in the form of HTTP/1.1 (RFC 9112). `Headers` has seen to it that no value ends its line;
 * the body's length is its frame.
 */
export function requestBytes(
  { method, url, headers, body }: {
    method: "GET" | "POST";
    url: URL;
    headers: Headers;
    body: string;
  },
): Uint8Array {
  const bytes = new TextEncoder().encode(body);
  const own = new Headers(headers);
  own.set("host", url.host);
  own.set("connection", "close");
  own.set("accept-encoding", "identity");
  if (!own.has("accept")) own.set("accept", "*/*");
  own.delete("transfer-encoding");
  if (method === "POST") own.set("content-length", `${bytes.length}`);

  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`];
  own.forEach((value, name) => lines.push(`${name}: ${value}`));
  const head = latin1(`${lines.join("\r\n")}\r\n\r\n`);
  const request = new Uint8Array(head.length + bytes.length);
  request.set(head);
  request.set(bytes, head.length);
  return request;
}

/** Reads the answer's status and headers. @throws {OutboundFailure} */
export async function readHead(source: BytesIn): Promise<AnswerHead> {
  for (let interim = 0; interim <= MOST_INTERIM; interim++) {
    const bytes = await readUntil(source, BLANK_LINE, LONGEST_HEAD);
    if (bytes === null) throw brokeOff();
    const head = parseHead(fromLatin1(bytes));
    if (head.status >= 200 || head.status === 101) return head;
  }
  throw new OutboundFailure("connection_broken", "it only announced an answer");
}

function parseHead(text: string): AnswerHead {
  const [first = "", ...lines] = text.split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) throw notHttp();
  if (lines.length > MOST_LINES) {
    throw new OutboundFailure("bad_answer", "it answered with too many headers");
  }

  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    // A line that is no header says nothing to us, folded ones (obsolete) included.
    if (TOKEN.test(name)) headers.append(name, line.slice(colon + 1).replaceAll(/[\0\r\n]/g, ""));
  }
  return { status: Number(status), headers };
}

/** `Headers` holds one byte a character. */
function latin1(text: string): Uint8Array {
  if (/^[\0-\x7f]*$/.test(text)) return new TextEncoder().encode(text);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function fromLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
