import { Buffer } from "node:buffer";
import { bodyBytes, type FuzzRequest } from "./fuzz_request.ts";

/** What came back. `closed`: the connection ended without an answer. */
export type Answer =
  | { kind: "answered"; status: number; body: string }
  | { kind: "closed" }
  | { kind: "hung"; soFar: string };

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff);

/** Writes the request on a connection of its own, and reads all that comes. */
export async function exchange(
  request: FuzzRequest,
  { origin, prefix, signed, patienceMs }: {
    origin: string;
    prefix: string;
    /** Headers that sign it. */
    signed: [string, string][];
    patienceMs: number;
  },
): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const hung = new Promise<"hung">((resolve) => {
      timer = setTimeout(() => resolve("hung"), patienceMs);
    });
    const parts: Uint8Array[] = [];
    const reading = readAll(connection, parts, request.method === "HEAD");
    const writing = write(connection, request, prefix, signed);
    const end = await Promise.race([reading, hung]);
    const text = Buffer.concat(parts).toString("latin1");
    if (end === "hung") return { kind: "hung", soFar: text.slice(0, 500) };
    await Promise.race([writing, hung]);
    return readAnswer(text);
  } finally {
    clearTimeout(timer);
    close(connection);
  }
}

async function write(
  connection: Deno.TcpConn,
  request: FuzzRequest,
  prefix: string,
  signed: [string, string][],
): Promise<void> {
  const body = bodyBytes(request.body);
  const lines = [
    `${request.method} ${prefix}${request.door}${request.suffix} HTTP/1.1`,
    "host: 127.0.0.1",
    "connection: close",
    ...[...signed, ...request.headers].map(([name, value]) => `${name}: ${value}`),
    ...framing(request, body.length),
  ];
  try {
    await writeAll(connection, latin1(`${lines.join("\r\n")}\r\n\r\n`));
    await writeAll(connection, framed(request, body));
    // To the server this is a sender that has hung up; it would wait for the rest otherwise.
    if (request.framing === "too-long") await connection.closeWrite();
  } catch (error) {
    // It has answered before it had all, and closed.
    if (!isGone(error)) throw error;
  }
}

function framing({ framing }: FuzzRequest, length: number): string[] {
  switch (framing) {
    case "length":
      return [`content-length: ${length}`];
    case "chunked":
    case "broken-chunk":
      return ["transfer-encoding: chunked"];
    case "too-long":
      return [`content-length: ${length + 1000}`];
    case "too-short":
      return [`content-length: ${Math.floor(length / 2)}`];
    case "none":
      return [];
    case "two-lengths":
      return [`content-length: ${length}`, `content-length: ${length + 1}`];
    case "length-and-chunked":
      return [`content-length: ${length}`, "transfer-encoding: chunked"];
    case "odd-length":
      return [`content-length: ${["-1", "1e3", "0x10", "99999999999999999999"][length % 4]}`];
  }
}

function framed({ framing }: FuzzRequest, body: Uint8Array): Uint8Array {
  if (framing === "broken-chunk") {
    return Buffer.concat([latin1("zz\r\n"), body, latin1("\r\n0\r\n\r\n")]);
  }
  if (framing !== "chunked" && framing !== "length-and-chunked") return body;

  const size = Math.max(1, Math.ceil(body.length / 7));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    parts.push(latin1(`${chunk.length.toString(16)}\r\n`), chunk, latin1("\r\n"));
  }
  return Buffer.concat([...parts, latin1("0\r\n\r\n")]);
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Until the other side closes: it was asked to. */
async function readAll(
  connection: Deno.TcpConn,
  parts: Uint8Array[],
  isHead: boolean,
): Promise<"ended"> {
  const chunk = new Uint8Array(65_536);
  try {
    for (;;) {
      const bytes = await connection.read(chunk);
      if (bytes === null) return "ended";
      parts.push(chunk.slice(0, bytes));
      if (isHead && parts.length > 0 || isStream(parts)) return "ended";
    }
  } catch (error) {
    if (isGone(error)) return "ended";
    throw error;
  }
}

/** A stream of events goes on for as long as there is something to tell: its beginning is the answer. */
function isStream([first]: Uint8Array[]): boolean {
  const head = new TextDecoder("latin1").decode(first).split("\r\n\r\n")[0] ?? "";
  return /^HTTP\/1\.1 200 [^]*\ncontent-type: text\/event-stream/i.test(head);
}

function readAnswer(text: string): Answer {
  const final = text.replace(/^(HTTP\/1\.1 1\d\d [^]*?\r\n\r\n)+/, "");
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(final) ?? [];
  if (status === undefined) return { kind: "closed" };
  const at = final.indexOf("\r\n\r\n");
  const [head, body] = [final.slice(0, at), final.slice(at + 4)];
  const whole = /transfer-encoding: chunked/i.test(head) ? unchunk(body) : body;
  return { kind: "answered", status: Number(status), body: whole };
}

function unchunk(body: string): string {
  let text = "";
  for (let rest = body;;) {
    const [line, size = "0"] = /^([0-9a-f]+)\r\n/i.exec(rest) ?? [];
    const length = parseInt(size, 16);
    if (line === undefined || length === 0) return text;
    text += rest.slice(line.length, line.length + length);
    rest = rest.slice(line.length + length + 2);
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
