const FOLDER = new URL("./tls/", import.meta.url);

/** Who signed the certificate of `receiver.example`; nobody else trusts it. Valid until 2126. */
export const AUTHORITY = read("authority.pem");

/** A public address (TEST-NET would not do: it is reserved) that nothing here ever dials. */
export const PUBLIC_ADDRESS = "93.184.215.14";

/** What a test's server does with a connection after it has read a request's head. */
export type Talk = (connection: Deno.Conn, ended: AbortSignal) => Promise<void>;

export type TlsLoopback = {
  /** Its real port, at 127.0.0.1. */
  port: number;
  /** Heads of the requests that came. */
  seen: string[];
};

/**
 * Runs `use` beside a TLS server that calls itself receiver.example: it reads the head of a request
 * and does what `talk` does, then closes.
 */
export async function withTlsServer<T>(
  talk: Talk,
  use: (server: TlsLoopback) => Promise<T>,
): Promise<T> {
  const [cert, key] = [read("receiver.pem"), read("receiver.key.pem")];
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const seen: string[] = [];
  const ended = new AbortController();
  const talks: Promise<void>[] = [];

  async function serve(connection: Deno.TlsConn): Promise<void> {
    ended.signal.addEventListener("abort", () => closeQuietly(connection), { once: true });
    try {
      seen.push(await readHead(connection));
      await talk(connection, ended.signal);
    } catch {
      // The other side has gone, as it may.
    } finally {
      closeQuietly(connection);
    }
  }
  async function accept(): Promise<void> {
    while (true) {
      try {
        talks.push(serve(await listener.accept()));
      } catch {
        return;
      }
    }
  }

  const accepting = accept();
  try {
    return await use({ port: listener.addr.port, seen });
  } finally {
    ended.abort();
    listener.close();
    await Promise.all([accepting, ...talks]);
  }
}

/** Answers with these bytes. */
export function saying(text: string): Talk {
  return async (connection) => await writeAll(connection, new TextEncoder().encode(text));
}

/** Says this and then nothing more, while the connection stays open. */
export function sayingThenSilent(text: string): Talk {
  return async (connection, ended) => {
    await saying(text)(connection, ended);
    await until(ended);
  };
}

/** Says this, and the filling for as long as anybody listens, or so many times. */
export function sayingOn(text: string, filling: Uint8Array, times = Infinity): Talk {
  return async (connection, ended) => {
    await saying(text)(connection, ended);
    for (let i = 0; i < times && !ended.aborted; i++) await writeAll(connection, filling);
  };
}

function read(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

export function until(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function readHead(connection: Deno.Conn): Promise<string> {
  const chunk = new Uint8Array(65_536);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const length = await connection.read(chunk);
    if (length === null) throw new Error("Cannot read request: it broke off");
    text += new TextDecoder().decode(chunk.subarray(0, length));
  }
  return text;
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It was closed already.
  }
}
