/** A request as bytes on a connection; all of it printable, so that a finding can be told. */
export type FuzzRequest = {
  door: string;
  method: string;
  /** Behind the door's name: `/task/x?token=y`. */
  suffix: string;
  headers: [name: string, value: string][];
  body: FuzzBody;
  framing: Framing;
  signature: Signature;
  /** Through the gateway, as strangers come, or straight to the function's process. */
  via: "gateway" | "function";
};

/** Large bodies are told, not kept. */
export type FuzzBody =
  | { kind: "text"; text: string }
  | { kind: "bytes"; hex: string }
  | { kind: "repeat"; head: string; unit: string; times: number; tail: string };

export const FRAMINGS = [
  "length",
  "chunked",
  /** Content-Length is larger than what comes; then the sender hangs up. */
  "too-long",
  "too-short",
  /** No framing at all: what follows the head is not a body. */
  "none",
  "two-lengths",
  "length-and-chunked",
  "broken-chunk",
  "odd-length",
] as const;
export type Framing = typeof FRAMINGS[number];

export const SIGNATURES = ["none", "junk", "wrong", "hmac", "bearer", "standard", "own"] as const;
/** `own`: as the door's usual sender does it. */
export type Signature = typeof SIGNATURES[number];

/** False: whoever sends it knows no secret, and may change nothing. */
export function provesASecret(signature: Signature): boolean {
  return signature !== "none" && signature !== "junk" && signature !== "wrong";
}

/** False where the bytes are no HTTP: the server below the doors may answer by itself, or hang up. */
export function isHttp({ framing, method, headers, suffix }: FuzzRequest): boolean {
  const size = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return (framing === "length" || framing === "chunked") &&
    /^[A-Z]{1,20}$/.test(method) && method !== "CONNECT" &&
    /^[\x21-\x7e]*$/.test(suffix) && !/[#\s<>"{}|\\^`]/.test(suffix) && suffix.length < 4000 &&
    size < 8000 &&
    headers.every(([name, value]) =>
      /^[\w-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value) &&
      !/^(expect|upgrade|connection|transfer-encoding|content-length|te|host)$/i.test(name)
    );
}

export function bodyBytes(body: FuzzBody): Uint8Array<ArrayBuffer> {
  switch (body.kind) {
    case "text":
      return new TextEncoder().encode(body.text);
    case "bytes":
      return Uint8Array.from(body.hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
    case "repeat":
      return new TextEncoder().encode(body.head + body.unit.repeat(body.times) + body.tail);
  }
}
