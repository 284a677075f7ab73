import { bytesIn } from "./bytes_in.ts";
import { type Dial, dialFirst } from "./dial.ts";
import { readBodyOf } from "./http_body.ts";
import { type AnswerHead, readHead, requestBytes } from "./http_head.ts";
import { brokeOff, OutboundFailure } from "./outbound_failure.ts";
import { type Resolve, resolveName } from "./resolve.ts";
import { vetTarget } from "./vet_target.ts";

/** Milliseconds of each part; connecting and TLS are 0 where there was none. */
export type Timing = {
  resolve_ms: number;
  connect_ms: number;
  tls_ms: number;
  /** From the request to the answer's headers. */
  answer_ms: number;
};

export type OutboundDeps = {
  /** ALLOW_PRIVATE_TARGETS. */
  allowPrivate: boolean;
  now: () => number;
  resolve?: Resolve;
  dial?: Dial;
  /** Authorities to trust besides the usual ones (PEM). */
  caCerts?: string[];
};

export type OutboundRequest = {
  method: "GET" | "POST";
  url: string;
  headers: Headers;
  body?: string;
  /** One deadline over resolving, connecting, TLS, headers and body. */
  signal: AbortSignal;
};

export type Exchange = AnswerHead & {
  /** As it comes in; read to its end, it lets go of the connection. */
  body: AsyncGenerator<Uint8Array, void>;
  /** Lets go of the connection, whatever is still to come. */
  close: () => void;
  timing: Timing;
};

/**
 * Sends one request on a connection of its own to a vetted address, and reads the answer's head. The
 * address that was vetted is the one that is dialled; the name is only said to TLS and in `Host`.
 *
 * @throws {OutboundFailure} | {NoSockets} | the signal's reason
 */
export async function exchange(deps: OutboundDeps, request: OutboundRequest): Promise<Exchange> {
  const { now, resolve = resolveName, dial = Deno.connect } = deps;
  const { signal } = request;
  const lap = stopwatch(now);

  const target = await vetTarget(request.url, { ...deps, resolve, signal });
  const resolve_ms = lap();
  const plain = await dialFirst(target, { dial, signal });
  // The request would wait 40 ms for the acknowledgement of the handshake's last word.
  plain.setNoDelay(true);
  const connect_ms = lap();
  let connection: Deno.Conn = plain;
  let closed: Deno.Conn | null = null;
  const close = () => {
    signal.removeEventListener("abort", close);
    if (closed !== connection) closeQuietly(connection);
    closed = connection;
  };
  signal.addEventListener("abort", close);

  try {
    if (target.url.protocol === "https:") {
      // Assigned before the handshake: aborting has to close what there is.
      const secured = await Deno.startTls(plain, {
        hostname: target.hostname,
        caCerts: deps.caCerts,
      });
      connection = secured;
      signal.throwIfAborted();
      await secured.handshake().catch(() => {
        throw new OutboundFailure("tls_error", "no secure connection: TLS or certificate failed");
      });
    }
    const tls_ms = lap();
    const source = bytesIn(connection);
    const { method, headers, body = "" } = request;
    // A receiver may answer before it has read all that we say, and read no further: on Deno 2.1
    // nothing ends a write that waits for it, closing the connection neither.
    void send(connection, requestBytes({ method, url: target.url, headers, body }));
    const head = await readHead(source);
    return {
      ...head,
      timing: { resolve_ms, connect_ms, tls_ms, answer_ms: lap() },
      body: untilClosed(readBodyOf(head, source), { signal, close }),
      close,
    };
  } catch (error) {
    close();
    throw signal.aborted ? signal.reason : readBreak(error);
  }
}

async function* untilClosed(
  body: AsyncGenerator<Uint8Array, void>,
  { signal, close }: { signal: AbortSignal; close: () => void },
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body;
  } catch (error) {
    throw signal.aborted ? signal.reason : readBreak(error);
  } finally {
    close();
  }
}

async function send(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  } catch {
    // What was answered, or that nothing was, is said by reading.
  }
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // The other side was faster.
  }
}

function readBreak(error: unknown): OutboundFailure {
  return error instanceof OutboundFailure ? error : brokeOff();
}

function stopwatch(now: () => number): () => number {
  let at = now();
  return () => {
    const before = at;
    at = now();
    return at - before;
  };
}
