/** A request as a test server saw it. */
export type Seen = { method: string; path: string; headers: Headers; body: string };

export type Loopback = { url: string; seen: Seen[] };

/** Runs `use` beside a real HTTP server on a free port of the loopback address. */
export async function withServer<T>(
  handler: (request: Seen) => Response | Promise<Response>,
  use: (server: Loopback) => Promise<T>,
): Promise<T> {
  const seen: Seen[] = [];
  const stop = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen() {} };
  const server = Deno.serve(options, async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = await request.text();
    const one = { method: request.method, path: pathname + search, headers: request.headers, body };
    seen.push(one);
    return await handler(one);
  });
  try {
    return await use({ url: `http://127.0.0.1:${server.addr.port}`, seen });
  } finally {
    // A shutdown would wait for an answer that its client gave up in the middle: Deno 2.1.4 may keep that
    // connection, and nobody reads on. Once it has begun, nothing can end it any more.
    stop.abort();
    await server.finished;
  }
}

/**
 * Runs `use` beside a server that reads each request to its end and writes exactly `answer`, if any.
 * Then it closes the connection; without an answer, or with `holdOpen`, it falls silent instead.
 */
export async function withRawServer<T>(
  answer: string | null,
  use: (server: { url: string; seen: string[] }) => Promise<T>,
  { holdOpen = answer === null }: { holdOpen?: boolean } = {},
): Promise<T> {
  const seen: string[] = [];
  const open = new Set<Deno.TcpConn>();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  async function talk(connection: Deno.TcpConn): Promise<void> {
    open.add(connection);
    const request = await readRequest(connection);
    if (request !== "") seen.push(request);
    await connection.write(new TextEncoder().encode(answer ?? ""));
    if (holdOpen) return;
    open.delete(connection);
    connection.close();
  }
  async function accept(): Promise<void> {
    for await (const connection of listener) await talk(connection);
  }

  const accepting = accept();
  try {
    return await use({ url: `http://127.0.0.1:${listener.addr.port}`, seen });
  } finally {
    listener.close();
    open.forEach((connection) => connection.close());
    await accepting;
  }
}

/** Runs `use` beside a server that answers GET and keeps the connection, but closes it on a POST. */
export async function withKeptConnections<T>(
  answer: string,
  use: (server: { url: string; seen: string[] }) => Promise<T>,
): Promise<T> {
  const seen: string[] = [];
  const open = new Set<Deno.TcpConn>();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  async function talk(connection: Deno.TcpConn): Promise<void> {
    open.add(connection);
    for (let request = ""; (request = await readRequest(connection)) !== "";) {
      seen.push(request);
      if (request.startsWith("POST")) break;
      await connection.write(new TextEncoder().encode(answer));
    }
    if (open.delete(connection)) connection.close();
  }
  const talks: Promise<void>[] = [];
  async function accept(): Promise<void> {
    for await (const connection of listener) talks.push(talk(connection));
  }

  const accepting = accept();
  try {
    return await use({ url: `http://127.0.0.1:${listener.addr.port}`, seen });
  } finally {
    listener.close();
    open.forEach((connection) => open.delete(connection) && connection.close());
    await Promise.all([accepting, ...talks]);
  }
}

/** An address at which nobody listens (any more). */
export function refusingUrl(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return `http://127.0.0.1:${port}`;
}

async function readRequest(connection: Deno.TcpConn): Promise<string> {
  const chunk = new Uint8Array(65_536);
  let text = "";
  while (!isWhole(text)) {
    const bytes = await connection.read(chunk).catch(() => null);
    if (bytes === null) return "";
    text += new TextDecoder().decode(chunk.subarray(0, bytes));
  }
  return text;
}

function isWhole(request: string): boolean {
  const [head, body] = request.split("\r\n\r\n", 2);
  const length = Number(/content-length: (\d+)/i.exec(head ?? "")?.[1] ?? 0);
  return body !== undefined && new TextEncoder().encode(body).length >= length;
}
